using System.Diagnostics.CodeAnalysis;
using Linr.VectorData;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Linr's vector store and collections to an application's services.</summary>
public static class LinrVectorDataServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="LinrVectorStore"/>, as a <see cref="VectorStore"/> too.</summary>
    /// <param name="services">The services.</param>
    /// <param name="options">
    /// Where collections are kept; null: in memory. Without a generator there, the services' <see
    /// cref="IEmbeddingGenerator"/> makes vectors.
    /// </param>
    /// <param name="lifetime">How long one lives; all of one registration have the same collections.</param>
    public static IServiceCollection AddLinrVectorStore(
        this IServiceCollection services,
        LinrVectorStoreOptions? options = null,
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
        => services.AddKeyedLinrVectorStore(serviceKey: null, options, lifetime);

    /// <inheritdoc cref="AddLinrVectorStore"/>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">Its key; null for none.</param>
    /// <param name="options">Where collections are kept; null: in memory.</param>
    /// <param name="lifetime">How long one lives; all of one registration have the same collections.</param>
    public static IServiceCollection AddKeyedLinrVectorStore(
        this IServiceCollection services,
        object? serviceKey,
        LinrVectorStoreOptions? options = null,
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        LinrVectorStoreOptions given = options ?? new LinrVectorStoreOptions();

        // One owner, whatever the lifetime of stores is: what is in memory lasts as long as the services.
        var owner = new object();
        services.AddKeyedSingleton(owner, (_, _) => Collections.Open(given.Folder, given.Store));
        services.Add(new ServiceDescriptor(
            typeof(LinrVectorStore),
            serviceKey,
            (provider, _) => new LinrVectorStore(
                provider.GetRequiredKeyedService<Collections>(owner).Share(),
                given.EmbeddingGenerator ?? provider.GetService<IEmbeddingGenerator>()),
            lifetime));
        services.Add(new ServiceDescriptor(
            typeof(VectorStore),
            serviceKey,
            (provider, key) => provider.GetRequiredKeyedService<LinrVectorStore>(key),
            lifetime));
        return services;
    }

    /// <summary>
    /// Adds a <see cref="LinrCollection{TKey, TRecord}"/>, as a <see cref="VectorStoreCollection{TKey, TRecord}"/> and an
    /// <see cref="IVectorSearchable{TRecord}"/> too.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">Its name.</param>
    /// <param name="options">
    /// Where it is kept; null: in the services' <see cref="LinrVectorStore"/> of the same key, or in memory where there is
    /// none.
    /// </param>
    /// <param name="lifetime">How long one lives; all of one registration have the same records.</param>
    /// <typeparam name="TKey">Guid, string, int or long.</typeparam>
    /// <typeparam name="TRecord">The record.</typeparam>
    [RequiresDynamicCode(AheadOfTime.Message)]
    [RequiresUnreferencedCode(AheadOfTime.Message)]
    public static IServiceCollection AddLinrCollection<TKey, TRecord>(
        this IServiceCollection services,
        string name,
        LinrCollectionOptions? options = null,
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
        where TKey : notnull
        where TRecord : class
        => services.AddKeyedLinrCollection<TKey, TRecord>(serviceKey: null, name, options, lifetime);

    /// <inheritdoc cref="AddLinrCollection"/>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">Its key; null for none.</param>
    /// <param name="name">Its name.</param>
    /// <param name="options">Where it is kept; null: in the services' store of the same key, or in memory.</param>
    /// <param name="lifetime">How long one lives; all of one registration have the same records.</param>
    [RequiresDynamicCode(AheadOfTime.Message)]
    [RequiresUnreferencedCode(AheadOfTime.Message)]
    public static IServiceCollection AddKeyedLinrCollection<TKey, TRecord>(
        this IServiceCollection services,
        object? serviceKey,
        string name,
        LinrCollectionOptions? options = null,
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
        where TKey : notnull
        where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var owner = new object();
        services.AddKeyedSingleton(owner, (provider, _) => options is null
                && provider.GetKeyedService<LinrVectorStore>(serviceKey) is { } store
            ? store.Collections.Share()
            : Collections.Open(options?.Folder, (options ?? new LinrCollectionOptions()).Store));
        services.Add(new ServiceDescriptor(
            typeof(LinrCollection<TKey, TRecord>),
            serviceKey,
            (provider, _) => new LinrCollection<TKey, TRecord>(
                provider.GetRequiredKeyedService<Collections>(owner).Share(),
                ownsCollections: true,
                name,
                new RecordModelBuilder().Build(
                    typeof(TRecord),
                    typeof(TKey),
                    options?.Definition,
                    options?.EmbeddingGenerator ?? provider.GetService<IEmbeddingGenerator>())),
            lifetime));
        AddAlias<VectorStoreCollection<TKey, TRecord>>();
        AddAlias<IVectorSearchable<TRecord>>();
        return services;

        void AddAlias<TService>()
            where TService : class
            => services.Add(new ServiceDescriptor(
                typeof(TService),
                serviceKey,
                (provider, key) => provider.GetRequiredKeyedService<LinrCollection<TKey, TRecord>>(key),
                lifetime));
    }
}
