using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests.Scan;

/// <summary>An order of ties that is not the rows' own.</summary>
internal sealed class ScatteredOrder : RowOrder
{
    // A few bits, so that rows share keys.
    public override long Key(uint row) => (row * 2654435761u) >> 27;

    public override int Compare(uint first, uint second) => (first * 2654435761u).CompareTo(second * 2654435761u);
}
