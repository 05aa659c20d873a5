// A bookshop that searches its books in its own process: records through Microsoft.Extensions.VectorData, which are there
// after a restart; and the engine behind them, for what the abstractions lack.
using Linr;
using Linr.Engine;
using Linr.Filters;
using Linr.VectorData;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.VectorData;

HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
builder.Services.AddLinrVectorStore(new LinrVectorStoreOptions { Folder = args[0] });
using IHost host = builder.Build();
await host.StartAsync();

// A dynamic collection, so that the program can be compiled ahead of time.
VectorStoreCollection<object, Dictionary<string, object?>> books = host.Services.GetRequiredService<VectorStore>()
    .GetDynamicCollection("books", new VectorStoreCollectionDefinition
    {
        Properties =
        [
            new VectorStoreKeyProperty("Isbn", typeof(string)),
            new VectorStoreDataProperty("Title", typeof(string)) { IsIndexed = true },
            new VectorStoreDataProperty("Year", typeof(int)),
            new VectorStoreDataProperty("Tags", typeof(string[])),
            new VectorStoreVectorProperty("Vector", typeof(float[]), 3),
        ],
    });
if (!await books.CollectionExistsAsync())
{
    await books.EnsureCollectionExistsAsync();
    await books.UpsertAsync(
    [
        Book("0-1", "The Waves", 1931, ["novel"], [1, 0, 3]),
        Book("0-2", "Flush", 1933, ["novel", "dog"], [2, 1, 0]),
        Book("0-3", "A Room of One's Own", 1929, ["essay"], [0, 1, 1]),
    ]);
    Console.WriteLine("3 books are in the shop.");
}

await foreach (VectorSearchResult<Dictionary<string, object?>> found in books.SearchAsync(
    new float[] { 1, 1, 1 }, top: 2, new() { Filter = book => (int)book["Year"]! > 1930 }))
{
    Console.WriteLine($"{found.Record["Title"]} {found.Score:F3}");
}

var retriever = (Retriever)books.GetService(typeof(Retriever))!;
Console.WriteLine($"{retriever.Count(Filter.Parse("Tags = 'novel'")).Passed} novels");
SearchResponse like = retriever.Search(new SearchRequest { Items = ["0-1"], K = 1, Fields = ["Title"] });
Console.WriteLine($"like The Waves: {like.Hits[0].Fields["Title"][0]}");
await host.StopAsync();

static Dictionary<string, object?> Book(string isbn, string title, int year, string[] tags, float[] vector) => new()
{
    ["Isbn"] = isbn, ["Title"] = title, ["Year"] = year, ["Tags"] = tags, ["Vector"] = vector,
};
