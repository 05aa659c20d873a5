using Linr.Index.Ids;
using Linr.Kernels.Scan;

namespace Linr.Engine.Scan;

/// <summary>The order of rows with equal scores: by item key, then id.</summary>
internal sealed class TableRowOrder(IdColumn ids) : RowOrder
{
    public override int Compare(uint first, uint second) => ids.Compare(first, second);
}
