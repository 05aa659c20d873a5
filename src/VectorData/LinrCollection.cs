using System.Diagnostics.CodeAnalysis;
using Linr.Engine;
using Linr.Engine.Store;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Linr.VectorData;

/// <summary>
/// A collection of records in Linr. Searches look at every record that passes their filter; what an upsert or a delete
/// has done is seen when its task has ended, and of a folder it is on the disk then. Safe for concurrent callers.
/// </summary>
/// <typeparam name="TKey">Guid, string, int or long; object of dynamic collections.</typeparam>
/// <typeparam name="TRecord">The record.</typeparam>
public partial class LinrCollection<TKey, TRecord> : VectorStoreCollection<TKey, TRecord>
    where TKey : notnull
    where TRecord : class
{
    private readonly Collections _collections;
    private readonly bool _ownsCollections;
    private readonly RecordMap _map;
    private SharedIndex? _checked;
    private bool _isDisposed;

    /// <summary>A collection of its own folder or memory.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Where it is kept, and the record's definition where its attributes are not; or null.</param>
    /// <exception cref="ArgumentException">The name or an option is wrong.</exception>
    /// <exception cref="NotSupportedException">The record has what cannot be kept; it is named.</exception>
    [RequiresDynamicCode(AheadOfTime.Message)]
    [RequiresUnreferencedCode(AheadOfTime.Message)]
    public LinrCollection(string name, LinrCollectionOptions? options = null)
        : this(
            Collections.Open(options?.Folder, options?.Store ?? new StoreOptions()),
            ownsCollections: true,
            name,
            Build(options))
    {
    }

    internal LinrCollection(Collections collections, bool ownsCollections, string name, CollectionModel model)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (Name, _collections, _ownsCollections) = (name, collections, ownsCollections);
        _map = new RecordMap(model);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default)
        => Task.FromResult(Named("CollectionExists").Do(() => _collections.List().Contains(Name)));

    /// <inheritdoc/>
    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default)
        => Named("EnsureCollectionExists").DoAsync(() => Task.Run(
            () => _collections.Ensure(Name, _map.Schema), cancellationToken));

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default)
        => Named("EnsureCollectionDeleted").DoAsync(() => Task.Run(() => _collections.Delete(Name), cancellationToken));

    /// <inheritdoc/>
    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return UpsertAsync([record], cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        TRecord[] all = [.. records];
        if (all.Length > 0)
        {
            await Named("Upsert").DoAsync(async () => await ChangeAsync(
                    "Upsert", await _map.ToChangesAsync(all, cancellationToken).ConfigureAwait(false))
                .ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return DeleteAsync([key], cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task DeleteAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ItemChange[] changes = [.. keys.Select(key => ItemChange.Delete(_map.Key.ToId(key)))];
        if (changes.Length > 0)
        {
            await Named("Delete").DoAsync(() => ChangeAsync("Delete", changes)).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Metadata, the collection itself, or what has it: <see cref="LinrIndex"/>, <see cref="Retriever"/>, and of a folder
    /// <see cref="IndexStore"/>, which know batches, grouping and more. They are closed with the collection; null where it
    /// does not exist.
    /// </summary>
    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
        {
            return null;
        }

        if (serviceType == typeof(VectorStoreCollectionMetadata))
        {
            return new VectorStoreCollectionMetadata
            {
                VectorStoreSystemName = Operation.SystemName,
                VectorStoreName = _collections.Name,
                CollectionName = Name,
            };
        }

        if (serviceType.IsInstanceOfType(this))
        {
            return this;
        }

        bool isOfEngine = serviceType == typeof(LinrIndex) || serviceType == typeof(Retriever)
            || serviceType == typeof(IndexStore);
        if (!isOfEngine || !_collections.TryEnter(Name, out SharedIndex? index))
        {
            return null;
        }

        index.Leave();
        return serviceType == typeof(LinrIndex) ? index.Index
            : serviceType == typeof(Retriever) ? index.Index.Retriever
            : index.Index.Store;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // A container disposes what it gave under two names twice.
        if (disposing && _ownsCollections && !Interlocked.Exchange(ref _isDisposed, true))
        {
            _collections.Dispose();
        }

        base.Dispose(disposing);
    }

    [RequiresDynamicCode(AheadOfTime.Message)]
    [RequiresUnreferencedCode(AheadOfTime.Message)]
    private static CollectionModel Build(LinrCollectionOptions? options)
        => typeof(TRecord) == typeof(Dictionary<string, object?>)
            ? throw new NotSupportedException(
                VectorDataStrings.NonDynamicCollectionWithDictionaryNotSupported(typeof(LinrDynamicCollection)))
            : new RecordModelBuilder().Build(
                typeof(TRecord), typeof(TKey), options?.Definition, options?.EmbeddingGenerator);

    private Operation Named(string operation) => new(_collections.Name, Name, operation);

    private async Task ChangeAsync(string operation, ItemChange[] changes)
    {
        SharedIndex index = Enter(operation);
        try
        {
            await index.Index.ApplyAsync(changes).ConfigureAwait(false);
        }
        finally
        {
            index.Leave();
        }
    }

    private T Read<T>(string operation, Func<Retriever, T> read) => Named(operation).Do(() =>
    {
        SharedIndex index = Enter(operation);
        try
        {
            return index.Read(read);
        }
        finally
        {
            index.Leave();
        }
    });

    private SharedIndex Enter(string operation)
    {
        if (!_collections.TryEnter(Name, out SharedIndex? index))
        {
            throw Named(operation).Failed(
                $"Collection \"{Name}\": expected one; found none. EnsureCollectionExistsAsync makes it.");
        }

        if (index != _checked)
        {
            string[] problems = [.. _map.FindProblems(index.Index.Schema)];
            if (problems.Length > 0)
            {
                index.Leave();
                throw Named(operation).Failed(
                    $"Collection \"{Name}\" was made for other records: {string.Join("; ", problems)}.");
            }

            _checked = index;
        }

        return index;
    }
}
