using System.Collections.Immutable;

namespace Linr.Kernels.Similarities;

/// <summary>
/// A similarity with learned weights, which scores a query's half and an item's half; the halves are made once, by
/// layers. Immutable; safe for concurrent use.
/// </summary>
public abstract unsafe class LearnedSimilarity
{
    private protected LearnedSimilarity()
    {
    }

    /// <summary>Floats of a query's half.</summary>
    public abstract int QueryWidth { get; }

    /// <summary>Floats of an item's half, of each segment that it is made of.</summary>
    public abstract ImmutableArray<int> ItemWidths { get; }

    /// <summary>What the logit is, in plain loops and float64.</summary>
    /// <param name="query">[<see cref="QueryWidth"/>]</param>
    /// <param name="item">The segments one after the other.</param>
    public abstract double Reference(ReadOnlySpan<float> query, ReadOnlySpan<float> item);

    /// <summary>Floats that a query takes for a scan.</summary>
    internal abstract int PackedFloats { get; }

    /// <summary>Floats that a tile takes besides.</summary>
    internal abstract int ScratchFloats { get; }

    /// <summary>
    /// Whether tiles are rows, [<see cref="SimilarityTile.Rows"/>][component], those of cosine of norm 1.
    /// </summary>
    internal virtual bool ReadsRows => false;

    /// <summary>Prepares a query.</summary>
    /// <param name="query">[<see cref="QueryWidth"/>]</param>
    /// <param name="packed">[<see cref="PackedFloats"/>]</param>
    internal abstract void Pack(ReadOnlySpan<float> query, Span<float> packed);

    /// <summary>
    /// The logits of a tile's rows. A row that cannot reach the cut may get minus infinity; no other may.
    /// </summary>
    /// <param name="packed">The query.</param>
    /// <param name="tile">[component][<see cref="SimilarityTile.Rows"/>]</param>
    /// <param name="cut">What a row must reach.</param>
    /// <param name="scratch">[<see cref="ScratchFloats"/>]</param>
    /// <param name="logits">[<see cref="SimilarityTile.Rows"/>]</param>
    /// <returns>Rows whose whole logit was computed.</returns>
    internal abstract int Score(float* packed, float* tile, float cut, float* scratch, float* logits);

    /// <summary>The same of the first rows of a tile; the logits of the others mean nothing.</summary>
    internal virtual int Score(float* packed, float* tile, int count, float cut, float* scratch, float* logits)
        => Score(packed, tile, cut, scratch, logits);
}
