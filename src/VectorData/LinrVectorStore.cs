using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Linr.VectorData;

/// <summary>
/// Collections of records, searched exactly in this process, in memory or in a folder. Safe for concurrent callers;
/// collections of it are usable until it is disposed.
/// </summary>
public sealed class LinrVectorStore : VectorStore
{
    private readonly Collections _collections;
    private readonly IEmbeddingGenerator? _generator;
    private bool _isDisposed;

    /// <summary>A store.</summary>
    /// <param name="options">Where collections are kept; null: in memory.</param>
    /// <exception cref="ArgumentException">Options are wrong; the message lists every problem.</exception>
    public LinrVectorStore(LinrVectorStoreOptions? options = null)
    {
        options ??= new LinrVectorStoreOptions();
        _collections = Collections.Open(options.Folder, options.Store);
        _generator = options.EmbeddingGenerator;
    }

    /// <summary>A store of collections, which it disposes.</summary>
    internal LinrVectorStore(Collections collections, IEmbeddingGenerator? generator)
        => (_collections, _generator) = (collections, generator);

    /// <summary>Its collections.</summary>
    internal Collections Collections => _collections;

    /// <summary>Its generator.</summary>
    internal IEmbeddingGenerator? Generator => _generator;

    /// <inheritdoc/>
    [RequiresDynamicCode(AheadOfTime.Message)]
    [RequiresUnreferencedCode(AheadOfTime.Message)]
    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(
        string name, VectorStoreCollectionDefinition? definition = null)
        => typeof(TRecord) == typeof(Dictionary<string, object?>)
            ? throw new ArgumentException(VectorDataStrings.GetCollectionWithDictionaryNotSupported)
            : new LinrCollection<TKey, TRecord>(
                _collections,
                ownsCollections: false,
                name,
                new RecordModelBuilder().Build(typeof(TRecord), typeof(TKey), definition, _generator));

    /// <inheritdoc/>
    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(
        string name, VectorStoreCollectionDefinition definition)
        => new LinrDynamicCollection(_collections, ownsCollections: false, name, definition, _generator);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<string> ListCollectionNamesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (string name in Named("ListCollectionNames").Do(_collections.List))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Task.FromResult(Named("CollectionExists", name).Do(() => _collections.List().Contains(name)));
    }

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Named("EnsureCollectionDeleted", name).DoAsync(() => Task.Run(
            () => _collections.Delete(name), cancellationToken));
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreMetadata) ? new VectorStoreMetadata
            {
                VectorStoreSystemName = Operation.SystemName, VectorStoreName = _collections.Name,
            }
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // A container disposes what it gave under two names twice.
        if (disposing && !Interlocked.Exchange(ref _isDisposed, true))
        {
            _collections.Dispose();
        }

        base.Dispose(disposing);
    }

    private Operation Named(string operation, string? collection = null)
        => new(_collections.Name, collection, operation);
}
