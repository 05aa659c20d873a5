using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests.Scan;

/// <summary>A filter from a function of the row.</summary>
internal sealed class PredicateFilter(Func<long, bool> passes) : RowFilter
{
    public override void Evaluate(int block, int firstRow, int rowCount, Span<ulong> mask)
    {
        mask.Clear();
        for (int r = 0; r < rowCount; r++)
        {
            if (passes(((long)block * ScanSegment.BlockRows) + firstRow + r))
            {
                mask[r / 64] |= 1UL << (r % 64);
            }
        }
    }
}
