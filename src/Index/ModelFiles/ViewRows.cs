using System.Numerics;
using Linr.Index.Columns;
using Linr.Index.Live;

namespace Linr.Index.ModelFiles;

/// <summary>The rows of a view as a file has them: live ones, in their order, without a gap.</summary>
/// <param name="View">The view, which must live until they are written.</param>
/// <param name="Cancellation">Looked at before each block of 65,536 rows.</param>
internal sealed record ViewRows(TableView View, CancellationToken Cancellation)
{
    /// <summary>Live rows that follow one another within a block.</summary>
    /// <returns>The block, the first row within it, and how many.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IEnumerable<(int Block, int First, int Count)> Runs()
    {
        for (int block = 0; block < View.LiveMasks.Length; block++)
        {
            Cancellation.ThrowIfCancellationRequested();
            int first = 0;
            int end = 0;
            for (int word = 0; word < RowMask.BlockWords; word++)
            {
                ulong left = View.LiveMask(block)[word];
                while (left != 0)
                {
                    int start = BitOperations.TrailingZeroCount(left);
                    int count = BitOperations.TrailingZeroCount(~(left >> start));
                    left = start + count == RowMask.WordRows ? 0 : left & (ulong.MaxValue << (start + count));
                    start += word * RowMask.WordRows;
                    if (start != end)
                    {
                        if (end > first)
                        {
                            yield return (block, first, end - first);
                        }

                        first = start;
                    }

                    end = start + count;
                }
            }

            if (end > first)
            {
                yield return (block, first, end - first);
            }
        }
    }

    /// <summary>The largest of values that there is one a block of, for each block of the file.</summary>
    /// <param name="values">[block]: as the view's table has them.</param>
    public float[] LargestOfBlocks(IReadOnlyList<float> values)
    {
        float[] largest = new float[(View.Count + Limits.BlockRows - 1) / Limits.BlockRows];
        long row = 0;
        foreach ((int block, _, int count) in Runs())
        {
            for (long to = row / Limits.BlockRows; to <= (row + count - 1) / Limits.BlockRows; to++)
            {
                largest[to] = Math.Max(largest[to], values[block]);
            }

            row += count;
        }

        return largest;
    }
}
