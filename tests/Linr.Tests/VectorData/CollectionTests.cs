using Linr.VectorData;
using Microsoft.Extensions.VectorData;

namespace Linr.Tests.VectorData;

/// <summary>Collections are made, listed, shared, kept and removed.</summary>
public sealed class CollectionTests
{
    public static TheoryData<bool> Both => Place.Both;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Collections_are_made_listed_and_removed(bool isDurable)
    {
        using var place = new Place(isDurable);
        string[] names = ["b", "Ä ü/\\.%", "a-1_B"];
        foreach (string name in names)
        {
            var collection = place.Store.GetCollection<int, Book>(name);
            Assert.False(await collection.CollectionExistsAsync());
            var error = await Assert.ThrowsAsync<VectorStoreException>(() => collection.GetAsync(1));
            Assert.Contains("EnsureCollectionExistsAsync", error.Message, StringComparison.Ordinal);
            await collection.EnsureCollectionExistsAsync();
            await collection.EnsureCollectionExistsAsync();
            Assert.True(await collection.CollectionExistsAsync());
            Assert.True(await place.Store.CollectionExistsAsync(name));
            await collection.UpsertAsync(Book.Some);
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), await place.Store.ListCollectionNamesAsync().ToListAsync());
        await place.Store.EnsureCollectionDeletedAsync(names[1]);
        await place.Store.EnsureCollectionDeletedAsync("none");
        var again = place.Store.GetCollection<int, Book>(names[1]);
        Assert.False(await again.CollectionExistsAsync());
        await again.EnsureCollectionExistsAsync();
        Assert.Empty(await again.GetAsync(_ => true, 9).ToListAsync());
        await again.EnsureCollectionDeletedAsync();
        Assert.Equal(["a-1_B", "b"], await place.Store.ListCollectionNamesAsync().ToListAsync());
        if (isDurable)
        {
            place.Restart();
            Assert.Equal(["a-1_B", "b"], await place.Store.ListCollectionNamesAsync().ToListAsync());
            Assert.Equal(6, await place.Store.GetCollection<int, Book>("b").GetAsync(_ => true, 9).CountAsync());
            Assert.Equal(2, Directory.EnumerateFileSystemEntries(place.Root).Count());
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_collection_of_other_records_is_refused_with_all_that_differs(bool isDurable)
    {
        using var place = new Place(isDurable);
        await RecordTests.FillAsync(place);
        var other = place.Store.GetDynamicCollection("books", new VectorStoreCollectionDefinition
        {
            Properties =
            [
                new VectorStoreKeyProperty("Key", typeof(string)),
                new VectorStoreDataProperty("Title", typeof(int)),
                new VectorStoreDataProperty("New", typeof(string[])),
                new VectorStoreVectorProperty("Vector", typeof(float[]), 4),
            ],
        });
        await other.EnsureCollectionExistsAsync();
        var error = await Assert.ThrowsAsync<VectorStoreException>(() => other.GetAsync("a"));
        Assert.All(
            (string[])[
                "key: expected Text; found Integer", "Title: expected Integer; found Keyword", "New: expected Keyword list",
                "Dim = 4", "Dim = 3",
            ],
            part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stores_of_one_folder_share_its_collections()
    {
        using var place = new Place(isDurable: true);
        var books = await RecordTests.FillAsync(place);
        using (var second = new LinrVectorStore(new LinrVectorStoreOptions { Folder = place.Root }))
        using (var alone = new LinrCollection<int, Book>("books", new LinrCollectionOptions { Folder = place.Root }))
        {
            Assert.Equal(6, await second.GetCollection<int, Book>("books").GetAsync(_ => true, 9).CountAsync());
            await alone.DeleteAsync(1);
            Assert.Null(await books.GetAsync(1));
        }

        Assert.NotNull(await books.GetAsync(2));
        place.Store.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => books.GetAsync(2));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_collection_may_be_removed_while_it_is_searched(bool isDurable)
    {
        using var place = new Place(isDurable);
        using var stop = new CancellationTokenSource();
        Task[] searches = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var books = place.Store.GetCollection<int, Book>("books");
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    var found = await books.SearchAsync(new float[] { 1, 2, 3 }, 9, new() { IncludeVectors = true }).ToListAsync();
                    Assert.InRange(found.Count, 0, 6);
                }
                catch (VectorStoreException error) when (error.Message.Contains("found none", StringComparison.Ordinal))
                {
                }
            }
        }))];
        for (int i = 0; i < 20; i++)
        {
            await RecordTests.FillAsync(place);
            await place.Store.EnsureCollectionDeletedAsync("books");
        }

        await stop.CancelAsync();
        await Task.WhenAll(searches);
    }

    [Fact]
    public void Names_that_are_no_names_are_refused()
    {
        using var place = new Place(isDurable: false);
        Assert.Throws<ArgumentNullException>(() => place.Store.GetCollection<int, Book>(null!));
        Assert.Throws<ArgumentException>(() => place.Store.GetCollection<int, Book>(string.Empty));
        Assert.Throws<ArgumentException>(() => place.Store.GetCollection<int, Dictionary<string, object?>>("books"));
        var error = Assert.Throws<NotSupportedException>(() => place.Store.GetDynamicCollection(
            "books",
            new VectorStoreCollectionDefinition
            {
                Properties = [new VectorStoreKeyProperty("k", typeof(int)), new VectorStoreDataProperty("a b", typeof(int))],
            }));
        Assert.Contains("\"a b\": expected a letter or underscore", error.Message, StringComparison.Ordinal);
    }
}
