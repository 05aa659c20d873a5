using System.Runtime.InteropServices;

namespace Linr.Kernels.Filter;

/// <summary>
/// One clause of a <see cref="FilterPlan"/>: 48 bytes without references, so that an array of them is copied to a
/// device as it is.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct PlanClause
{
    /// <summary>What it asks.</summary>
    public required ClauseTest Test { get; init; }

    /// <summary>Which of the plan's columns it reads; -1 for <see cref="ClauseTest.Rows"/>.</summary>
    public int Column { get; init; }

    /// <summary>
    /// Where a row goes that holds: to the clause of that number, always a lower one, or to
    /// <see cref="FilterPlan.Pass"/> or <see cref="FilterPlan.Fail"/>.
    /// </summary>
    public required int WhenTrue { get; init; }

    /// <summary>Where a row goes that does not hold.</summary>
    public required int WhenFalse { get; init; }

    /// <summary>The first word of its operands.</summary>
    public int First { get; init; }

    /// <summary>How many words; see <see cref="ClauseTest"/>.</summary>
    public int Count { get; init; }

    /// <summary>The mask slot in which rows wait for it; see <see cref="FilterPlan.SlotCount"/>.</summary>
    public int Slot { get; init; }

    /// <summary>The low end of a range, the first code of a bitmap, or the empty mark of a hash set.</summary>
    public long Low { get; init; }

    /// <summary>The high end of a range.</summary>
    public long High { get; init; }

    /// <summary>Whether a row fails on one of its two ways.</summary>
    internal bool IsConjunct => WhenTrue == FilterPlan.Fail || WhenFalse == FilterPlan.Fail;

    /// <summary>Where a row goes that does not fail at once; of a clause with <see cref="IsConjunct"/>.</summary>
    internal int WhenKept => WhenTrue == FilterPlan.Fail ? WhenFalse : WhenTrue;
}
