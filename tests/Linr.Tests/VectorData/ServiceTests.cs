using Linr.VectorData;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.VectorData;

namespace Linr.Tests.VectorData;

/// <summary>Stores and collections among an application's services: every lifetime, with keys and without.</summary>
public sealed class ServiceTests
{
    public static TheoryData<ServiceLifetime, string?> Registrations => new MatrixTheoryData<ServiceLifetime, string?>(
        Enum.GetValues<ServiceLifetime>(), [null, "key"]);

    [Theory]
    [MemberData(nameof(Registrations))]
    public async Task Stores_live_as_long_as_asked_for_and_have_the_same_collections(ServiceLifetime lifetime, string? key)
    {
        var services = new ServiceCollection();
        services.AddKeyedLinrVectorStore(key, new() { Store = Place.OneThread }, lifetime);
        await using ServiceProvider provider = services.BuildServiceProvider();
        AssertLifetime<LinrVectorStore>(provider, lifetime, key);
        AssertLifetime<VectorStore>(provider, lifetime, key);
        using (IServiceScope scope = provider.CreateScope())
        {
            var books = scope.ServiceProvider.GetRequiredKeyedService<VectorStore>(key).GetCollection<int, Book>("books");
            await books.EnsureCollectionExistsAsync();
            await books.UpsertAsync(Book.Some);
        }

        using IServiceScope other = provider.CreateScope();
        var same = other.ServiceProvider.GetRequiredKeyedService<VectorStore>(key).GetCollection<int, Book>("books");
        Assert.Equal(6, await same.GetAsync(_ => true, 9).CountAsync());
    }

    [Theory]
    [MemberData(nameof(Registrations))]
    public async Task Collections_live_as_long_as_asked_for_and_have_the_same_records(ServiceLifetime lifetime, string? key)
    {
        var services = new ServiceCollection();
        services.AddKeyedLinrCollection<int, Book>(key, "books", new() { Store = Place.OneThread }, lifetime);
        await using ServiceProvider provider = services.BuildServiceProvider();
        AssertLifetime<LinrCollection<int, Book>>(provider, lifetime, key);
        AssertLifetime<VectorStoreCollection<int, Book>>(provider, lifetime, key);
        AssertLifetime<IVectorSearchable<Book>>(provider, lifetime, key);
        Assert.Null(provider.GetService<IKeywordHybridSearchable<Book>>());
        using (IServiceScope scope = provider.CreateScope())
        {
            var books = scope.ServiceProvider.GetRequiredKeyedService<VectorStoreCollection<int, Book>>(key);
            await books.EnsureCollectionExistsAsync();
            await books.UpsertAsync(Book.Some);
        }

        using IServiceScope other = provider.CreateScope();
        var same = other.ServiceProvider.GetRequiredKeyedService<VectorStoreCollection<int, Book>>(key);
        Assert.Equal(6, await same.GetAsync(_ => true, 9).CountAsync());
    }

    [Fact]
    public async Task A_collection_without_a_place_of_its_own_is_in_the_store_of_the_services()
    {
        var services = new ServiceCollection();
        services.AddLinrVectorStore(new() { Store = Place.OneThread }).AddLinrCollection<int, Book>("books");
        await using ServiceProvider provider = services.BuildServiceProvider();
        await provider.GetRequiredService<VectorStoreCollection<int, Book>>().EnsureCollectionExistsAsync();
        Assert.True(await provider.GetRequiredService<VectorStore>().CollectionExistsAsync("books"));
    }

    [Fact]
    public void Wrong_arguments_are_refused_at_once()
    {
        var services = new ServiceCollection();
        Assert.Throws<ArgumentNullException>(() => ((IServiceCollection)null!).AddLinrVectorStore());
        Assert.Throws<ArgumentNullException>(() => ((IServiceCollection)null!).AddLinrCollection<int, Book>("books"));
        Assert.Throws<ArgumentNullException>(() => services.AddLinrCollection<int, Book>(null!));
        Assert.Throws<ArgumentException>(() => services.AddLinrCollection<int, Book>(string.Empty));
        services.AddLinrVectorStore(new() { Store = new() { SnapshotsKept = 0, Capacity = -1 } });
        using ServiceProvider provider = services.BuildServiceProvider();
        var error = Assert.Throws<ArgumentException>(provider.GetRequiredService<VectorStore>);
        Assert.Contains("SnapshotsKept: expected 1 or more", error.Message, StringComparison.Ordinal);
        Assert.Contains("Capacity: expected 0 to", error.Message, StringComparison.Ordinal);
    }

    private static void AssertLifetime<T>(IServiceProvider provider, ServiceLifetime lifetime, string? key)
        where T : notnull
    {
        using IServiceScope first = provider.CreateScope();
        using IServiceScope second = provider.CreateScope();
        T one = first.ServiceProvider.GetRequiredKeyedService<T>(key);
        T other = second.ServiceProvider.GetRequiredKeyedService<T>(key);
        T again = second.ServiceProvider.GetRequiredKeyedService<T>(key);
        Assert.Equal(lifetime == ServiceLifetime.Singleton, ReferenceEquals(one, other));
        Assert.Equal(lifetime != ServiceLifetime.Transient, ReferenceEquals(other, again));
    }
}
