using Linr.Tests.Cli;

namespace Linr.Tests.Documents;

/// <summary>The C# of the documents compiles, and that of the README runs as it stands.</summary>
[Collection(Alone.Name)]
public sealed class SnippetTests
{
    // What each document's text takes as known.
    private static readonly Dictionary<string, string> s_given = new()
    {
        ["docs/batching.md"] = "Linr.Engine.Retriever retriever, SearchRequest request, CancellationToken cancellation",
        ["docs/cuda-scan.md"] = "Linr.Cuda.CudaContext context, CudaTable table, float[] query",
        ["docs/embedded.md"] = "string[] args",
        ["docs/filters.md"] = "Schema schema, ItemId[] seen, long[] seenIds",
        ["docs/ingest.md"] = "CancellationToken cancellation",
        ["docs/live.md"] = "Item item, Dictionary<string, IReadOnlyList<Value>> fields",
        ["docs/scan.md"] = "int dim, long rowCount, RowBlock[] blocks, float[] query, RowFilter filter, "
            + "nint[] liveMasks, RowOrder order, CancellationToken cancellationToken",
        ["docs/store.md"] = "Item item, SearchRequest request",
        ["docs/vector-data.md"] = "Microsoft.Extensions.DependencyInjection.IServiceCollection services",
        ["docs/storage.md"] = "Schema schema, Item item, List<string> problems",
    };

    private const string Types = "record Package(ItemId Id, string? Section, double Size); class Book;";

    public static TheoryData<string> WithSnippets
        => [.. MarkdownBlocks.Documents.Where(one => one != "README.md" && MarkdownBlocks.Of(one, "csharp").Any())];

    [Theory]
    [MemberData(nameof(WithSnippets))]
    public void Every_snippet_of_the_documents_compiles(string document)
        => Assert.All(
            MarkdownBlocks.Of(document, "csharp"),
            snippet =>
            {
                // A snippet with a class of its own is a program, and so is one of the client, whose words are the engine's.
                if (snippet.Contains("\nsealed class ", StringComparison.Ordinal)
                    || snippet.StartsWith("using Linr.Client;", StringComparison.Ordinal))
                {
                    Snippet.CompileProgram(snippet);
                }
                else
                {
                    Snippet.CompileStatements(snippet, s_given.GetValueOrDefault(document, string.Empty), Types);
                }
            });

    [Fact]
    public void The_schema_of_the_data_page_is_one()
    {
        Schema schema = SchemaJson.Read(Assert.Single(MarkdownBlocks.Of("docs/data.md", "json")));
        Assert.Equal(["section", "tags", "description"], schema.Fields.Select(field => field.Name));
        Assert.Equal(512, Assert.Single(schema.Embeddings).Dim);
    }

    [Fact]
    public async Task The_program_in_the_README_runs_as_it_stands()
    {
        string program = Assert.Single(MarkdownBlocks.Of("README.md", "csharp"));
        using var folder = new TemporaryFolder();
        folder.Write(
            "items.jsonl",
            """
            {"id":"python3-numpy","section":"python","installed_kib":20000,"description":"arrays","v":[1,0.5]}
            {"id":"python3-scipy","section":"python","installed_kib":90000,"description":"mathematics","v":[1,0.25]}
            {"id":"python3-pandas","section":"python","installed_kib":20408,"description":"tables","v":[1,0.75]}
            {"id":"python-numpy-doc","section":"doc","installed_kib":9000,"description":"a manual","v":[1,0.4]}
            {"id":"gimp","section":"graphics","installed_kib":20408,"description":"pictures","v":[-1,0.5]}
            {"id":"huge","section":"graphics","installed_kib":200000,"description":"games","v":[1,0.5]}
            """);
        Directory.CreateDirectory(folder.File("out/demo"));
        await CliRun.OfGood(
            "build", "--items", folder.File("items.jsonl"), "--out", folder.File("out/demo/model.linr"));

        string[] lines = RunIn(folder, program);
        Assert.Equal(2, lines.Length);
        Assert.Matches(@"^python3-pandas 0\.9\d\d tables$", lines[0]);
        Assert.Matches(@"^gimp -0\.\d\d\d pictures$", lines[1]);
    }

    [Fact]
    public async Task The_similarity_in_the_page_on_plug_ins_runs_as_it_stands()
    {
        string program = MarkdownBlocks.Of("docs/plug-ins.md", "csharp").First();
        using var folder = new TemporaryFolder();
        await TinyData.BuildAsync(folder);
        string[] lines = RunIn(folder, program);
        Assert.Equal(4, lines.Length);
        Assert.All(lines.Take(3), line => Assert.Matches(@"^p[12]?\d -\d\.\d\d\d$", line));
        Assert.Equal("near-and-short, exact: True, of 30 that pass", lines[3]);
    }

    [Fact]
    public async Task The_program_in_the_page_on_the_embedded_engine_runs_as_it_stands()
    {
        using var folder = new TemporaryFolder();
        folder.Write(
            "items.jsonl",
            """
            {"id":"python3-numpy","section":"python","v":[1,0.5]}
            {"id":"python3-scipy","section":"python","v":[1,0.25]}
            {"id":"python-numpy-doc","section":"doc","v":[1,0.5]}
            {"id":"gimp","section":"graphics","v":[-1,0.5]}
            """);
        Directory.CreateDirectory(folder.File("out/demo"));
        await CliRun.OfGood(
            "build", "--items", folder.File("items.jsonl"), "--out", folder.File("out/demo/model.linr"));
        string[] lines = RunIn(folder, MarkdownBlocks.Of("docs/embedded.md", "csharp").First());
        Assert.Equal(["python3-scipy 0.976", "gimp -0.600"], lines);
    }

    [Fact]
    public void The_program_in_the_page_on_the_vector_store_runs_as_it_stands()
    {
        using var folder = new TemporaryFolder();
        string program = MarkdownBlocks.Of("docs/vector-data.md", "csharp").First();
        Assert.Equal(["Flush 0.775"], RunIn(folder, program));
        Assert.True(Directory.Exists(folder.File("books/collection-books/log")));
    }

    private static string[] RunIn(TemporaryFolder folder, string program)
    {
        string before = Directory.GetCurrentDirectory();
        TextWriter console = Console.Out;
        using var output = new StringWriter();
        try
        {
            Directory.SetCurrentDirectory(folder.Root);
            Console.SetOut(output);
            Snippet.CompileProgram(program).EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
            Directory.SetCurrentDirectory(before);
        }

        return output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}
