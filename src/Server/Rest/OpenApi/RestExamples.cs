namespace Linr.Server.Rest.OpenApi;

/// <summary>Examples of requests and answers, by the name of a route; tests read them as the server would.</summary>
internal static class RestExamples
{
    /// <summary>An error.</summary>
    public const string Problem = """
        {
          "type": "urn:linr:invalid-argument",
          "title": "The request is wrong",
          "status": 400,
          "detail": "k: expected 1 to 100,000; found -1.",
          "problems": [{ "field": "k", "message": "expected 1 to 100,000; found -1." }]
        }
        """;

    private const string SearchRequest = """
        {
          "history": ["m-17", "m-4"],
          "filter": { "text": "genres = 'Comedy' and year >= @since", "parameters": { "since": 1990 } },
          "k": 2,
          "fields": ["title"]
        }
        """;

    private const string SearchAnswer = """
        {
          "hits": [
            { "id": "m-9", "score": 0.8125, "fields": { "title": ["Local Hero"] } },
            { "id": "m-3", "score": 0.75, "fields": { "title": ["Gregory's Girl"] } }
          ],
          "exact": true,
          "mode": "rows",
          "rows_scanned": 9742,
          "rows_passed": 1130,
          "model": "movies",
          "version": "7",
          "state": "7-4096",
          "unknown_ids": [],
          "stages": [{ "name": "scan", "microseconds": 412.5 }]
        }
        """;

    private const string WriteAnswer = """
        { "upserted": 1, "updated": 0, "deleted": 1, "stale": 0, "missing": 0, "state": "7-4160" }
        """;

    private const string PutAnswer = """
        { "upserted": 1, "updated": 0, "deleted": 0, "stale": 0, "missing": 0, "state": "7-4161" }
        """;

    private const string PatchAnswer = """
        { "upserted": 0, "updated": 1, "deleted": 0, "stale": 0, "missing": 0, "state": "7-4162" }
        """;

    private static readonly Dictionary<string, (string Request, string Answer)> s_all = new()
    {
        ["search"] = (SearchRequest, SearchAnswer),
        ["explain"] = (SearchRequest, SearchAnswer),
        ["searchBatch"] = (
            $$"""{ "searches": [{{SearchRequest}}] }""", $$"""{ "results": [{ "response": {{SearchAnswer}} }] }"""),
        ["count"] = (
            """{ "filter": "genres = 'Comedy'" }""",
            """{ "count": 3756, "items": 9742, "version": "7", "state": "7-4096" }"""),
        ["prepareFilter"] = (
            """{ "json": { "attribute": "genres", "equals": "Comedy" } }""",
            """{ "prepared": "f-00112233445566778899aabbccddeeff", "text": "genres = 'Comedy'", "parameters": [] }"""),
        ["write"] = (
            """
            {
              "changes": [
                { "upsert": { "id": "m-1", "fields": { "title": "Local Hero", "year": 1983 } }, "version": 17 },
                { "delete": "m-2" }
              ]
            }
            """,
            WriteAnswer),
        ["putItem"] = ("""{ "fields": { "title": "Local Hero", "genres": ["Comedy", "Drama"] } }""", PutAnswer),
        ["patchItem"] = ("""{ "fields": { "year": 1983, "genres": null } }""", PatchAnswer),
        ["get"] = (
            """{ "ids": ["m-1", "m-8"], "fields": ["title"] }""",
            """
            {
              "items": [{ "id": "m-1", "fields": { "title": ["Local Hero"] } }],
              "missing": ["m-8"],
              "version": "7",
              "state": "7-4160"
            }
            """),
        ["scroll"] = (
            """{ "filter": "year >= 1980", "limit": 1, "fields": ["title"] }""",
            """
            {
              "items": [{ "id": "m-1", "fields": { "title": ["Local Hero"] } }],
              "next": "bS0x",
              "version": "7",
              "state": "7-4160"
            }
            """),
        ["loadVersion"] = (
            """{ "file": "movies-8.linr", "promote": true }""",
            """
            {
              "version": "8", "state": "loading", "progress": 0, "items": 0, "memory_bytes": 0, "similarities": [],
              "rankers": [], "has_query_tower": false, "lag": 0
            }
            """),
        ["snapshot"] = ("{}", """{ "file": "snapshot-4160.linr", "bytes": 5242880, "state": "7-4160" }"""),
        ["setAlias"] = ("""{ "model": "movies" }""", """{ "alias": "films", "model": "movies" }"""),
    };

    /// <summary>All of them.</summary>
    public static IEnumerable<string> Names => s_all.Keys;

    /// <summary>The example of a route; null where it has none.</summary>
    public static (string Request, string Answer)? Find(string name)
        => s_all.TryGetValue(name, out (string Request, string Answer) found) ? found : null;
}
