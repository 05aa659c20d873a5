using Linr.Index.Columns;
using Linr.Memory;

namespace Linr.Index.Live;

/// <summary>
/// Which embeddings of rows a model made; all others were given. A bit a row and embedding, which never changes while
/// somebody may read the row.
/// </summary>
/// <param name="embeddings">How many embeddings an item has.</param>
internal sealed class MadeEmbeddings(int embeddings) : IDisposable
{
    private readonly BlockStore<ulong>[] _masks = [.. Enumerable.Range(0, embeddings).Select(_ => RowMask.Store())];

    /// <summary>Whether an embedding of a row was made.</summary>
    public bool Get(int embedding, uint row) => RowMask.Get(_masks[embedding], row);

    /// <summary>Says so of a row that nobody reads.</summary>
    public void Set(int embedding, uint row, bool isMade) => RowMask.Set(_masks[embedding], row, isMade);

    /// <summary>Makes room for so many full blocks of rows, whose embeddings were given.</summary>
    public void Grow(int blocks) => Array.ForEach(_masks, mask => mask.Grow(blocks));

    /// <summary>Takes over the first rows of an embedding, before there are any.</summary>
    /// <param name="embedding">Which.</param>
    /// <param name="mask">Rows that were made, 64 a word.</param>
    /// <param name="rows">How many rows.</param>
    public void SetRows(int embedding, NativeSlice<ulong> mask, long rows)
    {
        _masks[embedding].Dispose();
        _masks[embedding] = RowMask.Copy(mask, rows);
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_masks, mask => mask.Dispose());
}
