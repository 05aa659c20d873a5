using Linr.Kernels.Scan;

namespace Linr.Index.Ids;

/// <summary>Orders rows with equal scores by item key, then id.</summary>
/// <param name="ids">The ids by row.</param>
public sealed class IdOrder(IdColumn ids) : RowOrder
{
    /// <inheritdoc/>
    public override long Key(uint row) => ids.Key(row);

    /// <inheritdoc/>
    public override int Compare(uint first, uint second) => ids.Compare(first, second);
}
