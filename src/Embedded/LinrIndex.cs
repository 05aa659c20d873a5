using Linr.Engine;
using Linr.Engine.Store;
using Linr.Index.Live;

namespace Linr;

/// <summary>
/// What an application searches in its own process: a model file, a table in memory, or an index store. It owns what it
/// has open. Safe for concurrent callers.
/// </summary>
public sealed class LinrIndex : IDisposable
{
    private readonly Retriever? _retriever;

    /// <summary>Searches with a retriever, which it owns from now on.</summary>
    public LinrIndex(Retriever retriever)
    {
        ArgumentNullException.ThrowIfNull(retriever);
        _retriever = retriever;
    }

    /// <summary>Searches a store, which it owns from now on.</summary>
    public LinrIndex(IndexStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        Store = store;
    }

    /// <summary>The store; null where it is none.</summary>
    public IndexStore? Store { get; }

    /// <summary>
    /// The retriever that answers, for batches and all else that it can; of a store as it is now
    /// (<see cref="IndexStore.Retriever"/>).
    /// </summary>
    /// <exception cref="ObjectDisposedException">The store is disposed.</exception>
    public Retriever Retriever => _retriever ?? Store!.Retriever;

    /// <summary>What every item looks like.</summary>
    public Schema Schema => _retriever?.Schema ?? Store!.Schema;

    /// <summary>The version of the model.</summary>
    public string ModelVersion => _retriever?.ModelVersion ?? Store!.ModelVersion;

    /// <summary>
    /// What is the matter: damage in the file that is served, or a store's upkeep that failed
    /// (<see cref="StoreStatus.Problem"/>). Null where nothing is.
    /// </summary>
    public Exception? Problem => _retriever is not null ? _retriever.Damage : Store!.Status.Problem;

    /// <summary>Opens what the options name.</summary>
    /// <exception cref="ArgumentException">Options are wrong; the message lists every problem.</exception>
    /// <exception cref="IOException">
    /// A file cannot be read, or it is a <see cref="StoreException"/> of a store that cannot be opened.
    /// </exception>
    /// <exception cref="ModelFile.ModelFormatException">The file is no model, or is damaged.</exception>
    public static LinrIndex Open(LinrOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] problems = [.. LinrOptionsCheck.FindProblems(options)];
        if (problems.Length > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems), nameof(options));
        }

        if (File.Exists(options.Path))
        {
            return new LinrIndex(Retriever.Open(options.Path, options.Retriever));
        }

        return new LinrIndex(IndexStore.IsStore(options.Path)
            ? IndexStore.Open(options.Path, options.Store)
            : IndexStore.Create(options.Path, options.CreateFrom!, options.Store));
    }

    /// <summary>Answers one request.</summary>
    /// <inheritdoc cref="Retriever.Search"/>
    public SearchResponse Search(SearchRequest request, CancellationToken cancellation = default)
        => _retriever?.Search(request, cancellation) ?? Store!.Search(request, cancellation);

    /// <summary>The item of that id with all its fields and embeddings, or null.</summary>
    public Item? Get(ItemId id) => _retriever is not null ? _retriever.Get(id) : Store!.Get(id);

    /// <summary>
    /// Changes items, in order; what is returned ends when the changes are on the disk, where there is a log. They can be
    /// seen before that.
    /// </summary>
    /// <inheritdoc cref="Retriever.ApplyAsync(IReadOnlyList{ItemChange})"/>
    public Task<ChangeResult> ApplyAsync(params IReadOnlyList<ItemChange> changes)
        => _retriever?.ApplyAsync(changes) ?? Store!.ApplyAsync(changes);

    /// <inheritdoc/>
    public void Dispose()
    {
        _retriever?.Dispose();
        Store?.Dispose();
    }
}
