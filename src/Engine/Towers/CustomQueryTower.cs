using System.Collections.Immutable;

namespace Linr.Engine.Towers;

/// <summary>
/// Embeds histories and query features in place of a model's query tower, by whatever means; a
/// <see cref="RetrieverOptions.QueryTower"/> makes it. Must be safe for concurrent use, and a query's embedding must
/// not depend on the others that are embedded with it.
/// </summary>
public abstract class CustomQueryTower : IDisposable
{
    /// <summary>A tower.</summary>
    /// <param name="embedding">The embedding of the model that it gives queries for.</param>
    /// <param name="dim">Its width, D.</param>
    /// <param name="historyLength">Items of a history that it reads, the latest.</param>
    /// <param name="features">The query features that it reads, which requests may give.</param>
    /// <exception cref="ArgumentException">The embedding has no name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    protected CustomQueryTower(string embedding, int dim, int historyLength, ImmutableArray<string> features)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(embedding);
        ArgumentOutOfRangeException.ThrowIfLessThan(dim, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(historyLength);
        (Embedding, Dim, HistoryLength, Features) = (embedding, dim, historyLength, features);
    }

    /// <summary>The embedding of the model that it gives queries for.</summary>
    public string Embedding { get; }

    /// <summary>Its width, D.</summary>
    public int Dim { get; }

    /// <summary>Items of a history that it reads, the latest.</summary>
    public int HistoryLength { get; }

    /// <summary>The query features that it reads.</summary>
    public ImmutableArray<string> Features { get; }

    /// <summary>Embeds queries.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="embeddings">[queries, D], to fill with finite numbers.</param>
    /// <exception cref="ArgumentException">A feature is of a type that it cannot read.</exception>
    public abstract void Embed(IReadOnlyList<QueryInput> queries, Span<float> embeddings);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back what it holds.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
