namespace Linr.Kernels.Filter;

/// <summary>
/// Says which rows of a block pass; shared by every scan path. Safe for concurrent use; allocates nothing.
/// </summary>
public abstract class RowFilter
{
    /// <summary>
    /// Writes one bit a row for rows <paramref name="firstRow"/> to <paramref name="firstRow"/> +
    /// <paramref name="rowCount"/> of block <paramref name="block"/>: 64 rows a word, the lowest bit first, bits past
    /// the last row zero.
    /// </summary>
    /// <param name="block">The block.</param>
    /// <param name="firstRow">The first row within the block, a multiple of 64.</param>
    /// <param name="rowCount">How many rows.</param>
    /// <param name="mask">At least ceil(<paramref name="rowCount"/> / 64) words.</param>
    public abstract void Evaluate(int block, int firstRow, int rowCount, Span<ulong> mask);
}
