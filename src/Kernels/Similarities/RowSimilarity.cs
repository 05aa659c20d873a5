using System.Collections.Immutable;

namespace Linr.Kernels.Similarities;

/// <summary>
/// A similarity that other code computes, from rows as they lie in memory, one after the other. Its scans are those of
/// every learned similarity; a logit that is not finite ends one. Must be safe for concurrent use.
/// </summary>
public abstract unsafe class RowSimilarity : LearnedSimilarity
{
    private readonly int _queryWidth;
    private readonly ImmutableArray<int> _itemWidths;
    private readonly int _preparedWidth;

    /// <summary>A similarity of those widths.</summary>
    /// <param name="queryWidth">Floats of a query.</param>
    /// <param name="preparedWidth">Floats of a query once it is prepared.</param>
    /// <param name="itemWidths">Floats of an item, of each segment.</param>
    /// <exception cref="ArgumentOutOfRangeException">The prepared width is below 0.</exception>
    protected RowSimilarity(int queryWidth, int preparedWidth, ImmutableArray<int> itemWidths)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(preparedWidth);
        (_queryWidth, _preparedWidth, _itemWidths) = (queryWidth, preparedWidth, itemWidths);
    }

    /// <inheritdoc/>
    public sealed override int QueryWidth => _queryWidth;

    /// <inheritdoc/>
    public sealed override ImmutableArray<int> ItemWidths => _itemWidths;

    /// <inheritdoc/>
    internal sealed override bool ReadsRows => true;

    /// <inheritdoc/>
    internal sealed override int PackedFloats => _preparedWidth;

    /// <inheritdoc/>
    internal sealed override int ScratchFloats => 1;

    /// <summary>Turns a query into what <see cref="Score(ReadOnlySpan{float}, ReadOnlySpan{float}, Span{float})"/>
    /// reads.</summary>
    /// <param name="query">[query width]</param>
    /// <param name="prepared">[prepared width]</param>
    protected abstract void Prepare(ReadOnlySpan<float> query, Span<float> prepared);

    /// <summary>Scores rows.</summary>
    /// <param name="prepared">[prepared width]</param>
    /// <param name="rows">[rows, item width]: the segments of a row stand one after the other.</param>
    /// <param name="logits">[rows]</param>
    protected abstract void Score(ReadOnlySpan<float> prepared, ReadOnlySpan<float> rows, Span<float> logits);

    /// <inheritdoc/>
    public sealed override double Reference(ReadOnlySpan<float> query, ReadOnlySpan<float> item)
    {
        var prepared = new float[_preparedWidth];
        Prepare(query, prepared);
        Span<float> logit = stackalloc float[1];
        Score(prepared, item, logit);
        return logit[0];
    }

    /// <inheritdoc/>
    internal sealed override void Pack(ReadOnlySpan<float> query, Span<float> packed) => Prepare(query, packed);

    /// <inheritdoc/>
    internal sealed override int Score(float* packed, float* tile, float cut, float* scratch, float* logits)
        => Score(packed, tile, SimilarityTile.Rows, cut, scratch, logits);

    /// <inheritdoc/>
    internal sealed override int Score(float* packed, float* tile, int count, float cut, float* scratch, float* logits)
    {
        int width = 0;
        foreach (int one in _itemWidths)
        {
            width += one;
        }

        Score(
            new ReadOnlySpan<float>(packed, _preparedWidth),
            new ReadOnlySpan<float>(tile, count * width),
            new Span<float>(logits, count));
        return count;
    }
}
