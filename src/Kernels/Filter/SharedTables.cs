using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Kernels.Filter;

/// <summary>
/// What up to 32 plans of a batch have in common: clauses that ask whether a code of the same column is in a set, such
/// as each user's own country and blocked companies. Those that a plan starts with, each failing the row or handing it
/// to the next, are answered by one look-up a row and column for all plans, in tables that every backend reads. Its
/// memory is used again.
/// </summary>
internal sealed unsafe class SharedTables : IDisposable
{
    /// <summary>Plans at most: bits of a word.</summary>
    public const int PlansMax = 32;

    private readonly FilterPlan?[] _plans = new FilterPlan?[PlansMax];
    private readonly ulong[] _known = new ulong[PlansMax];
    private readonly bool[] _hasRest = new bool[PlansMax];
    private NativeBuffer? _tables;
    private SharedClause[] _clauses = [];
    private CodeLookup[] _lookups = [];
    private int _clauseCount;
    private int _lookupCount;

    /// <summary>How many plans were taken.</summary>
    public int PlanCount { get; private set; }

    /// <summary>Words of all tables; 0: nothing is shared.</summary>
    public long WordCount { get; private set; }

    /// <summary>The look-ups, those without a table too.</summary>
    public ReadOnlySpan<CodeLookup> Lookups => _lookups.AsSpan(0, _lookupCount);

    /// <summary>Takes the plans of a batch; what was taken before is gone.</summary>
    /// <param name="plans">Up to <see cref="PlansMax"/>; null where there is none to share.</param>
    /// <param name="rowCount">Rows that they will be evaluated on: few are not worth a table.</param>
    /// <param name="wordsMax">Words of all tables together at most; what does not fit has none.</param>
    /// <param name="numbers">
    /// [plan][column of the plan] its number on a device, by which columns are told apart; none: by where they lie.
    /// </param>
    public void Prepare(
        ReadOnlySpan<FilterPlan?> plans,
        long rowCount,
        long wordsMax = long.MaxValue,
        ReadOnlySpan<ReadOnlyMemory<int>> numbers = default)
    {
        Array.Clear(_lookups, 0, _lookupCount);
        Array.Clear(_plans);
        Array.Clear(_known);
        (PlanCount, _clauseCount, _lookupCount) = (plans.Length, 0, 0);
        plans.CopyTo(_plans);
        for (int plan = 0; plan < plans.Length && plans.Length > 1; plan++)
        {
            if (plans[plan] is not null)
            {
                Collect(plan, numbers.IsEmpty ? default : numbers[plan].Span);
            }
        }

        LayOutTables(rowCount, wordsMax);
        FillTables();
    }

    /// <summary>The clauses of a plan that the look-ups answer, a bit each; 0 where they answer none.</summary>
    public ulong Known(int plan) => _known[plan];

    /// <summary>Whether a plan has clauses that the look-ups do not answer.</summary>
    public bool HasRest(int plan) => _hasRest[plan];

    /// <summary>The words of a look-up's table.</summary>
    public ReadOnlySpan<uint> Words(in CodeLookup lookup) => new(Table(lookup), lookup.WordCount);

    /// <summary>A look-up's table.</summary>
    public uint* Table(in CodeLookup lookup) => (uint*)_tables!.Address + lookup.Start;

    /// <inheritdoc/>
    public void Dispose() => _tables?.Dispose();

    /// <summary>Adds the clauses that a plan starts with.</summary>
    private void Collect(int planNumber, ReadOnlySpan<int> numbers)
    {
        FilterPlan plan = _plans[planNumber]!;
        int next = plan.Entry;
        _hasRest[planNumber] = false;
        while (next >= 0 && plan.Clauses[next].IsConjunct)
        {
            ref readonly PlanClause clause = ref plan.Clauses[next];
            if (next < PlanFilter.KnownMax && CodeSet.IsOf(plan, clause))
            {
                Add(plan, next, planNumber, numbers);
            }
            else
            {
                _hasRest[planNumber] = true;
            }

            next = clause.WhenKept;
        }

        _hasRest[planNumber] |= next != FilterPlan.Pass;
    }

    private void Add(FilterPlan plan, int clauseNumber, int planNumber, ReadOnlySpan<int> numbers)
    {
        ref readonly PlanClause clause = ref plan.Clauses[clauseNumber];
        CodeSet set = new(plan, clause);
        if (set.End >= CodeLookup.WordsMax && set.Count > CodeLookup.MembersMax / PlansMax)
        {
            _hasRest[planNumber] = true;
            return;
        }

        int number = numbers.IsEmpty ? CodeLookup.NoNumber : numbers[clause.Column];
        int lookup = FindLookup(plan.Columns[clause.Column], number, planNumber);
        _lookups[lookup].Add(planNumber, set, isNegated: clause.WhenTrue == FilterPlan.Fail);
        ScanArrays.Grow(ref _clauses, _clauseCount + 1);
        _clauses[_clauseCount++] = new SharedClause(planNumber, clauseNumber, lookup);
    }

    /// <summary>A plan's second clause on a column needs a table of its own: a row may have several values.</summary>
    private int FindLookup(ReadOnlyMemory<ColumnBlock> column, int number, int planNumber)
    {
        int found = 0;
        while (found < _lookupCount
            && !(_lookups[found].IsOf(column, number) && (_lookups[found].Filters >> planNumber & 1) == 0))
        {
            found++;
        }

        if (found == _lookupCount)
        {
            ScanArrays.Grow(ref _lookups, ++_lookupCount);
            _lookups[found] = CodeLookup.Of(column, number);
        }

        return found;
    }

    private void LayOutTables(long rowCount, long wordsMax)
    {
        WordCount = 0;
        foreach (ref CodeLookup lookup in _lookups.AsSpan(0, _lookupCount))
        {
            lookup.ChooseTable(rowCount, wordsMax - WordCount);
            lookup.Start = WordCount;
            WordCount += lookup.WordCount;
        }

        if (WordCount > 0)
        {
            ScanArrays.Grow(ref _tables, WordCount * sizeof(uint));
        }
    }

    private void FillTables()
    {
        foreach (ref readonly CodeLookup lookup in _lookups.AsSpan(0, _lookupCount))
        {
            if (lookup.WordCount > 0)
            {
                lookup.Clear(Table(lookup));
            }
        }

        foreach (SharedClause shared in _clauses.AsSpan(0, _clauseCount))
        {
            ref readonly CodeLookup lookup = ref _lookups[shared.Lookup];
            if (lookup.WordCount > 0)
            {
                FilterPlan plan = _plans[shared.Plan]!;
                lookup.Write(Table(lookup), shared.Plan, new CodeSet(plan, plan.Clauses[shared.Clause]));
                _known[shared.Plan] |= 1UL << shared.Clause;
            }
            else
            {
                _hasRest[shared.Plan] = true;
            }
        }
    }
}
