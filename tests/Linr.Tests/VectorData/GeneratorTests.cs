using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.VectorData;

namespace Linr.Tests.VectorData;

/// <summary>Vectors are made by the generator of the property, else of the collection, else of the store.</summary>
public sealed class GeneratorTests : IDisposable
{
    private readonly Place _place = new(isDurable: false, new Numbers(1));

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(true, true, 3)]
    [InlineData(false, true, 2)]
    [InlineData(false, false, 1)]
    public async Task The_nearest_generator_makes_vectors_of_records_and_queries(bool ofProperty, bool ofCollection, int last)
    {
        var collection = _place.Store.GetCollection<int, Note>("notes", Definition(ofProperty, ofCollection));
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([new() { Key = 1, Text = "5 0" }, new() { Key = 2, Text = "0 5" }, new() { Key = 3 }]);
        var found = await collection.SearchAsync("0 4", 9).ToListAsync();
        Assert.Equal([2, 1], found.Select(one => one.Record.Key));
        var exact = await collection.SearchAsync(new float[] { 0, 5, last }, 1).SingleAsync();
        Assert.Equal((2, 1.0), (exact.Record.Key, Math.Round(exact.Score!.Value, 6)));
        Assert.Null(exact.Record.Text);

        foreach (Func<Task> withVectors in (Func<Task>[])
        [
            () => collection.GetAsync(1, new() { IncludeVectors = true }),
            () => collection.SearchAsync("0 4", 1, new() { IncludeVectors = true }).ToListAsync().AsTask(),
            () => collection.GetAsync([1], new() { IncludeVectors = true }).ToListAsync().AsTask(),
        ])
        {
            await Assert.ThrowsAsync<NotSupportedException>(withVectors);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => collection.SearchAsync(8, 1).ToListAsync().AsTask());
    }

    [Fact]
    public async Task Vectors_that_are_given_are_searched_by_text_too()
    {
        var books = await RecordTests.FillAsync(_place);
        Assert.Equal(3, (await books.SearchAsync("3 1", 9).ToListAsync()).Count(one => one.Record.Key > 3));
        using var without = new Place(isDurable: false);
        books = await RecordTests.FillAsync(without);
        var error = await Assert.ThrowsAsync<NotSupportedException>(() => books.SearchAsync("3 1", 1).ToListAsync().AsTask());
        Assert.Contains("no embedding generator was configured", error.Message, StringComparison.Ordinal);
        Assert.Contains("ReadOnlyMemory<float>", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_services_generator_is_the_stores()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IEmbeddingGenerator>(new Numbers(7));
        services.AddLinrVectorStore(new() { Store = Place.OneThread });
        await using ServiceProvider provider = services.BuildServiceProvider();
        var notes = provider.GetRequiredService<VectorStore>().GetCollection<int, Note>("notes", Definition(false, false));
        await notes.EnsureCollectionExistsAsync();
        await notes.UpsertAsync(new Note { Key = 1, Text = "5 0" });
        Assert.Equal(1, (await notes.SearchAsync(new float[] { 5, 0, 7 }, 1).SingleAsync()).Score!.Value, 6);
    }

    private static VectorStoreCollectionDefinition Definition(bool ofProperty, bool ofCollection) => new()
    {
        EmbeddingGenerator = ofCollection ? new Numbers(2) : null,
        Properties =
        [
            new VectorStoreKeyProperty("Key", typeof(int)),
            new VectorStoreVectorProperty("Text", typeof(string), 3) { EmbeddingGenerator = ofProperty ? new Numbers(3) : null },
        ],
    };

    private sealed class Note
    {
        public int Key { get; set; }

        public string? Text { get; set; }
    }

    /// <summary>The numbers of a text, and one of its own behind them.</summary>
    private sealed class Numbers(float last) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
            => Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(
                values.Select(text => new Embedding<float>(VectorOf(text)))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        private float[] VectorOf(string text)
            => [.. text.Split(' ').Select(one => float.Parse(one, CultureInfo.InvariantCulture)), last];

        public void Dispose()
        {
        }
    }
}
