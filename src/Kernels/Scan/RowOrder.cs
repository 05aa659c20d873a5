namespace Linr.Kernels.Scan;

/// <summary>
/// Which of two rows with equal scores comes first: item key, then id, which the table knows. Safe for concurrent use;
/// allocates nothing.
/// </summary>
public abstract class RowOrder
{
    /// <summary>Lower rows first: for tables without ids.</summary>
    public static RowOrder ByRow { get; } = new LowerRowFirst();

    /// <summary>
    /// What orders most rows: the lower comes first, and rows of the same are compared. Asked for once a row where many
    /// are sorted.
    /// </summary>
    public abstract long Key(uint row);

    /// <summary>
    /// Negative when <paramref name="first"/> comes before <paramref name="second"/>, positive when after, 0 only for
    /// the same row.
    /// </summary>
    public abstract int Compare(uint first, uint second);

    private sealed class LowerRowFirst : RowOrder
    {
        public override long Key(uint row) => row;

        public override int Compare(uint first, uint second) => first.CompareTo(second);
    }
}
