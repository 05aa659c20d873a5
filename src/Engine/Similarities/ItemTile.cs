using System.Collections.Immutable;

namespace Linr.Engine.Similarities;

/// <summary>Some items as a <see cref="CustomSimilarity"/> reads them: their embeddings as floats, in rows.</summary>
public readonly ref struct ItemTile
{
    private readonly ImmutableArray<int> _dims;
    private readonly int _width;

    /// <summary>A tile over rows.</summary>
    /// <param name="rows">
    /// [items, sum of <paramref name="dims"/>]: an item's embeddings stand one after the other.
    /// </param>
    /// <param name="dims">The width of each embedding.</param>
    /// <exception cref="ArgumentException">The rows are no whole number of items.</exception>
    public ItemTile(ReadOnlySpan<float> rows, ImmutableArray<int> dims)
    {
        foreach (int dim in dims)
        {
            _width += dim;
        }

        if (_width == 0 || rows.Length % _width != 0)
        {
            throw new ArgumentException($"Expected rows of {_width} floats; found {rows.Length} floats.", nameof(rows));
        }

        Rows = rows;
        _dims = dims;
        Count = rows.Length / _width;
    }

    /// <summary>Items.</summary>
    public int Count { get; }

    /// <summary>All embeddings of all items, [items, sum of dims].</summary>
    public ReadOnlySpan<float> Rows { get; }

    /// <summary>All embeddings of an item, one after the other.</summary>
    public ReadOnlySpan<float> this[int item] => Rows.Slice(item * _width, _width);

    /// <summary>One embedding of an item, [its dim].</summary>
    /// <param name="item">The item within the tile.</param>
    /// <param name="embedding">Which of <see cref="CustomSimilarity.ItemEmbeddings"/>.</param>
    public ReadOnlySpan<float> Embedding(int item, int embedding)
    {
        int start = item * _width;
        for (int before = 0; before < embedding; before++)
        {
            start += _dims[before];
        }

        return Rows.Slice(start, _dims[embedding]);
    }
}
