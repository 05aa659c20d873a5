using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Linr.Tests.Engine;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Rest;

/// <summary>Searches by REST give what gRPC gives.</summary>
public sealed class RestSearchTests : IAsyncLifetime
{
    private const string Items = "/v1/models/items";
    private readonly TemporaryFolder _folder = new();
    private readonly RandomItems _items = new(6_000, seed: 74);
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(_folder, _items);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_search_is_that_of_gRPC()
    {
        V1.SearchRequest request = Request(seed: 1, k: 25);
        request.Filter = new V1.Filter { Text = "colour = 'red' and size >= 3" };
        request.Fields.Add(["title", "size", "colour"]);
        V1.SearchResponse expected = await _server.Retrieval.SearchAsync(request);
        V1.SearchResponse found = await _server.Http.CallAsync<V1.SearchResponse>(
            "POST", Items + "/search", Body(request));
        Assert.Equal(25, found.Hits.Count);
        Assert.Equal(WithoutTimes(expected), WithoutTimes(found));
        Assert.Contains(found.Stages, stage => stage.Name == "scan" && stage.Microseconds > 0);
    }

    [Fact]
    public async Task An_explained_search_and_a_count_are_those_of_gRPC()
    {
        V1.SearchRequest request = Request(seed: 2, k: 3);
        request.Filter = new V1.Filter { Json = """{"attribute":"colour","equals":"red"}""" };
        V1.SearchResponse expected = await _server.Retrieval.ExplainAsync(request);
        V1.SearchResponse found = await _server.Http.CallAsync<V1.SearchResponse>(
            "POST", Items + "/explain", Body(request));
        Assert.Equal(WithoutTimes(expected), WithoutTimes(found));
        Assert.Equal("colour = 'red'", found.Filter);

        V1.CountResponse count = await _server.Retrieval.CountAsync(
            new V1.CountRequest { Model = "items", Filter = new V1.Filter { Text = "colour = 'red'" } });
        Assert.Equal(count, await _server.Http.CallAsync<V1.CountResponse>(
            "POST", Items + "/count", """{"filter": "colour = 'red'"}"""));
        Assert.Equal(6_000, (await _server.Http.CallAsync<V1.CountResponse>("POST", Items + "/count")).Count);
    }

    [Fact]
    public async Task A_batch_has_the_model_of_its_path_and_a_wrong_search_of_it_fails_alone()
    {
        string right = Body(Request(seed: 3, k: 4));
        V1.SearchBatchResponse found = await _server.Http.CallAsync<V1.SearchBatchResponse>(
            "POST", Items + "/search-batch", $$"""{"searches": [{{right}}, {"k": -1}, {{right}}]}""");
        Assert.Equal([4, 0, 4], found.Results.Select(one => one.Response?.Hits.Count ?? 0));
        Assert.Contains("k: expected", found.Results[1].Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_is_a_line_a_part_with_all_hits_in_order()
    {
        V1.SearchRequest request = Request(seed: 4, k: 6_000);
        V1.SearchResponse expected = await _server.Retrieval.SearchAsync(request);
        using HttpResponseMessage response = await _server.Http.SendAsync(
            "POST", Items + "/search-stream", Body(request));
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        string body = await response.Content.ReadAsStringAsync();
        string[] lines = body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        V1.SearchPart[] parts = [.. lines.Select(line => RestJson.Read<V1.SearchPart>(Encoding.UTF8.GetBytes(line)))];
        Assert.Equal(3, parts.Length);
        Assert.Equal(expected.Hits, parts.SelectMany(part => part.Hits));
        Assert.Equal(6_000, parts[^1].End.RowsPassed);
        Assert.All(parts[..^1], part => Assert.Null(part.End));

        JsonElement problem = await _server.Http.FailAsync(
            "POST", Items + "/search-stream", """{"k": -1}""", HttpStatusCode.BadRequest);
        Assert.Equal("k", problem.GetProperty("problems")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task A_prepared_filter_is_used_with_parameters()
    {
        V1.PrepareFilterResponse prepared = await _server.Http.CallAsync<V1.PrepareFilterResponse>(
            "POST", Items + "/filters", """{"text": "colour in @colours and size < @most"}""");
        Assert.Equal(["colours", "most"], prepared.Parameters);
        V1.CountResponse one = await _server.Http.CallAsync<V1.CountResponse>("POST", Items + "/count", $$"""
            {"filter": {"prepared": "{{prepared.Prepared}}", "parameters": {"colours": ["red", "blue"], "most": 40} } }
            """);
        V1.CountResponse other = await _server.Http.CallAsync<V1.CountResponse>(
            "POST", Items + "/count", """{"filter": "colour in ('red', 'blue') and size < 40"}""");
        Assert.Equal(other, one);
        Assert.InRange(one.Count, 1, 5_999);
        V1.PrepareFilterResponse json = await _server.Http.CallAsync<V1.PrepareFilterResponse>(
            "POST", Items + "/filters", """{"json": {"attribute": "colour", "equals": "red"}}""");
        Assert.Equal("colour = 'red'", json.Text);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Bodies_are_compressed_where_callers_say_so(string encoding)
    {
        V1.SearchRequest request = Request(seed: 5, k: 500);
        using var body = new MemoryStream();
        using (Stream compressing = encoding == "br"
            ? new BrotliStream(body, CompressionLevel.Fastest, leaveOpen: true)
            : new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true))
        {
            compressing.Write(Encoding.UTF8.GetBytes(Body(request)));
        }

        using var message = new HttpRequestMessage(HttpMethod.Post, Items + "/search")
        {
            Content = new ByteArrayContent(body.ToArray()),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        message.Content.Headers.ContentEncoding.Add(encoding);
        message.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(encoding));
        using HttpResponseMessage response = await _server.Http.SendAsync(message);
        Assert.Equal([encoding], response.Content.Headers.ContentEncoding);
        using var plain = new MemoryStream();
        await using (Stream answer = await response.Content.ReadAsStreamAsync())
        await using (Stream decompressing = encoding == "br"
            ? new BrotliStream(answer, CompressionMode.Decompress)
            : new GZipStream(answer, CompressionMode.Decompress))
        {
            await decompressing.CopyToAsync(plain);
        }

        V1.SearchResponse found = RestJson.Read<V1.SearchResponse>(plain.ToArray());
        Assert.Equal((await _server.Retrieval.SearchAsync(request)).Hits, found.Hits);
    }

    [Fact]
    public async Task A_body_of_many_megabytes_is_read()
    {
        // More than the server's own buffers hold, so that reading on depends on what was looked at.
        V1.SearchRequest request = Request(seed: 6, k: 5);
        string padded = Body(request) + new string(' ', 8_000_000);
        V1.SearchResponse found = await _server.Http.CallAsync<V1.SearchResponse>("POST", Items + "/search", padded);
        Assert.Equal((await _server.Retrieval.SearchAsync(request)).Hits, found.Hits);
    }

    private static V1.SearchResponse WithoutTimes(V1.SearchResponse response)
    {
        V1.SearchResponse without = response.Clone();
        foreach (V1.Stage stage in without.Stages)
        {
            stage.Microseconds = 0;
        }

        return without;
    }

    private static V1.SearchRequest Request(int seed, int k) => new()
    {
        Model = "items",
        K = k,
        Embeddings =
        {
            new V1.QueryVector
            {
                Name = "main", Vector = { RandomItems.RandomVector(new Random(seed), RandomItems.Dim) },
            },
        },
    };

    // The path has the model.
    private static string Body(V1.SearchRequest request)
        => Encoding.UTF8.GetString(RestJson.Write(new V1.SearchRequest(request) { Model = string.Empty }));
}
