namespace Linr.Kernels.Filter;

/// <summary>
/// A filter as flat arrays, the same for every backend. A row starts at clause <see cref="Entry"/> and goes on to
/// <see cref="PlanClause.WhenTrue"/> or <see cref="PlanClause.WhenFalse"/>, always a clause of a lower number, until it
/// reaches <see cref="Pass"/> or <see cref="Fail"/>: AND, OR and NOT are nothing but these two numbers. Evaluated for
/// 64 rows at a time, each clause sees only the rows that reach it.
/// </summary>
/// <remarks>
/// It is built from the end: the last clause to run is appended first, since earlier ones name it. Then
/// <see cref="Complete"/> makes it ready. <see cref="Clear"/> keeps the arrays, so that building the next filter in
/// them allocates nothing. Building is for one thread; a completed plan is safe for concurrent readers.
/// </remarks>
public sealed partial class FilterPlan
{
    /// <summary>The end of a row that passes.</summary>
    public const int Pass = -1;

    /// <summary>The end of a row that does not.</summary>
    public const int Fail = -2;

    /// <summary>The odd factor whose product with a value has its slot in the high bits.</summary>
    internal const ulong HashFactor = 0x9E37_79B9_7F4A_7C15;

    private PlanClause[] _clauses = new PlanClause[8];
    private ulong[] _words = new ulong[64];
    private ReadOnlyMemory<ColumnBlock>[] _columns = new ReadOnlyMemory<ColumnBlock>[4];
    private ColumnElement?[] _elements = new ColumnElement?[4];
    private int[] _freeSlots = [];
    private int[] _rowCounts = [];
    private int _clauseCount;
    private int _wordCount;
    private int _columnCount;

    /// <summary>The clause where every row starts, or <see cref="Pass"/> or <see cref="Fail"/> for all rows.</summary>
    public int Entry { get; private set; } = Fail;

    /// <summary>
    /// How many masks an evaluation by clauses needs: clause c waits in slot c.Slot, which is free again once it ran.
    /// </summary>
    public int SlotCount { get; private set; }

    /// <summary>The clauses; they run from the last to the first.</summary>
    public ReadOnlySpan<PlanClause> Clauses => _clauses.AsSpan(0, _clauseCount);

    /// <summary>The operands of all clauses.</summary>
    public ReadOnlySpan<ulong> Words => _words.AsSpan(0, _wordCount);

    /// <summary>The columns that clauses read, each a <see cref="ColumnBlock"/> a block.</summary>
    public ReadOnlySpan<ReadOnlyMemory<ColumnBlock>> Columns => _columns.AsSpan(0, _columnCount);

    /// <summary>What the values of a column are; null where it has none.</summary>
    internal ColumnElement? ElementOf(int column) => _elements[column];

    /// <summary>The slot of a hash set of <paramref name="count"/> words where a search for a value starts.</summary>
    public static int HashSlot(ulong value, int count)
        => (int)((value * HashFactor) >> (64 - System.Numerics.BitOperations.Log2((uint)count)));

    /// <summary>Empties the plan and keeps its memory.</summary>
    public void Clear()
    {
        Array.Clear(_columns, 0, _columnCount);
        _clauseCount = _wordCount = _columnCount = SlotCount = 0;
        Entry = Fail;
    }

    /// <summary>Makes the plan ready to run.</summary>
    /// <param name="entry">
    /// The clause where rows start, the last appended, or <see cref="Pass"/> or <see cref="Fail"/>.
    /// </param>
    public void Complete(int entry)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(entry, Fail);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(entry, _clauseCount);
        Entry = entry;
        AssignSlots();
    }

    /// <summary>
    /// The block of the column that a clause reads; without values where the column has no such block.
    /// </summary>
    internal ColumnBlock Block(in PlanClause clause, int block)
    {
        ReadOnlySpan<ColumnBlock> blocks = _columns[clause.Column].Span;
        return block < blocks.Length ? blocks[block] : default;
    }

    /// <summary>
    /// Gives each clause a mask slot. A slot is taken when the first row may wait in it and given back when its clause
    /// has run, so that a tree needs about as many as it is deep.
    /// </summary>
    private void AssignSlots()
    {
        const int none = -1;
        Span<PlanClause> clauses = _clauses.AsSpan(0, _clauseCount);
        for (int i = 0; i < clauses.Length; i++)
        {
            clauses[i] = clauses[i] with { Slot = none };
        }

        int freeCount = 0;
        Grow(ref _freeSlots, clauses.Length + 1);
        Span<int> free = _freeSlots;
        Take(clauses, Entry, free, ref freeCount);
        for (int i = clauses.Length - 1; i >= 0; i--)
        {
            if (clauses[i].Slot == none)
            {
                continue;
            }

            Take(clauses, clauses[i].WhenTrue, free, ref freeCount);
            Take(clauses, clauses[i].WhenFalse, free, ref freeCount);
            free[freeCount++] = clauses[i].Slot;
        }
    }

    private void Take(Span<PlanClause> clauses, int target, Span<int> free, ref int freeCount)
    {
        if (target >= 0 && clauses[target].Slot < 0)
        {
            int slot = freeCount > 0 ? free[--freeCount] : SlotCount++;
            clauses[target] = clauses[target] with { Slot = slot };
        }
    }
}
