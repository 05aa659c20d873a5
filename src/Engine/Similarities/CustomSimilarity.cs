using System.Collections.Immutable;

namespace Linr.Engine.Similarities;

/// <summary>
/// A similarity written in C#. Derive from it, put an object into <see cref="RetrieverOptions.Similarities"/>, and
/// requests name it in <see cref="SearchRequest.Similarity"/> like one that was learned: on the processor every item
/// that passes the filter is scored, exactly, by several threads. Must be safe for concurrent use. A score should
/// depend on query and item alone, and not on the other items of the tile.
/// </summary>
/// <remarks>
/// A CUDA engine cannot run it: there the embedding's own metric chooses <see cref="SearchRequest.FirstStage"/>
/// candidates (<see cref="RetrieverOptions.SimilarityCandidates"/> where the request gives none), this class scores
/// them on the host, and the answer is not exact unless all that pass are candidates.
/// </remarks>
public abstract class CustomSimilarity
{
    /// <summary>A similarity of that name.</summary>
    /// <param name="name">How requests name it.</param>
    /// <param name="queryEmbedding">The embedding whose query it reads.</param>
    /// <param name="itemEmbeddings">The embeddings of items that it reads; none given is the query's.</param>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    protected CustomSimilarity(string name, string queryEmbedding, params ReadOnlySpan<string> itemEmbeddings)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(queryEmbedding);
        Name = name;
        QueryEmbedding = queryEmbedding;
        ItemEmbeddings = itemEmbeddings.IsEmpty ? [queryEmbedding] : [.. itemEmbeddings];
    }

    /// <summary>How requests name it.</summary>
    public string Name { get; }

    /// <summary>The embedding whose query it reads.</summary>
    public string QueryEmbedding { get; }

    /// <summary>The embeddings of items that it reads, in the order of a tile's.</summary>
    public ImmutableArray<string> ItemEmbeddings { get; }

    /// <summary>Floats of a prepared query: at first the width of the query's embedding.</summary>
    /// <param name="queryDim">The width of the query's embedding.</param>
    /// <param name="itemDims">The widths of <see cref="ItemEmbeddings"/>.</param>
    /// <exception cref="ArgumentException">Thrown by a class that cannot score embeddings of these widths.</exception>
    public virtual int PreparedWidth(int queryDim, ImmutableArray<int> itemDims) => queryDim;

    /// <summary>Does once a query what <see cref="Score"/> need not do again; at first a copy.</summary>
    /// <param name="query">[D], of norm 1 (or 0) where the embedding's metric is cosine.</param>
    /// <param name="prepared">[<see cref="PreparedWidth"/>], to fill.</param>
    public virtual void Prepare(ReadOnlySpan<float> query, Span<float> prepared) => query.CopyTo(prepared);

    /// <summary>
    /// Scores items; higher is better, every score finite. It is called for a few dozen items at a time, so what it
    /// allocates it allocates often.
    /// </summary>
    /// <param name="query">[<see cref="PreparedWidth"/>]</param>
    /// <param name="items">The items; rows of an embedding with the metric cosine are of norm 1 (or 0).</param>
    /// <param name="scores">[items], to fill.</param>
    public abstract void Score(ReadOnlySpan<float> query, ItemTile items, Span<float> scores);
}
