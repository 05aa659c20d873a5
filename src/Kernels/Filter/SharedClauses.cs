using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Kernels.Filter;

/// <summary>
/// What up to 32 filters of a batch have in common: clauses that ask whether a code of the same column is in a set,
/// such as each user's own country and blocked companies. Those that a plan starts with, each failing the row or
/// handing it to the next, are answered by one look-up a row for all filters; what is left of a filter is evaluated on
/// the rows that got through. Prepared by one thread, then safe for concurrent readers; its memory is used again.
/// </summary>
internal sealed unsafe class SharedClauses : IDisposable
{
    /// <summary>Filters at most: bits of a word.</summary>
    public const int FiltersMax = 32;

    /// <summary>Rows whose words stay in the first cache while column after column is looked up.</summary>
    private const int ChunkRows = 1_024;

    private readonly PlanFilter?[] _filters = new PlanFilter?[FiltersMax];
    private readonly ulong[] _known = new ulong[FiltersMax];
    private readonly bool[] _hasRest = new bool[FiltersMax];
    private NativeBuffer? _tables;
    private SharedClause[] _clauses = [];
    private CodeLookup[] _lookups = [];
    private int _clauseCount;
    private int _lookupCount;
    private int _filterCount;

    /// <summary>Whether any filter has its mask from <see cref="Evaluate"/>.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>Whether the words of <see cref="Evaluate"/> say all about every filter.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Takes the filters of a scan.</summary>
    /// <param name="filters">Up to <see cref="FiltersMax"/>; those that are not plans share nothing.</param>
    /// <param name="rowCount">Rows that the scan will evaluate them on.</param>
    public void Prepare(ReadOnlySpan<RowFilter?> filters, long rowCount)
    {
        Array.Clear(_lookups, 0, _lookupCount);
        Array.Clear(_filters);
        Array.Clear(_known);
        (_filterCount, _clauseCount, _lookupCount) = (filters.Length, 0, 0);
        for (int filter = 0; filter < filters.Length; filter++)
        {
            _filters[filter] = filters[filter] as PlanFilter;
            if (filters.Length > 1 && _filters[filter] is PlanFilter planned)
            {
                Collect(planned.Plan, filter);
            }
        }

        LayOutTables(rowCount);
        FillTables();
        IsWhole = !_known.AsSpan(0, filters.Length).Contains(0UL) && !_hasRest.AsSpan(0, filters.Length).Contains(true);
    }

    /// <summary>Whether <see cref="Evaluate"/> gives a filter's mask.</summary>
    public bool Has(int filter) => _known[filter] != 0;

    /// <summary>Evaluates the filters that share clauses, see <see cref="RowFilter.Evaluate"/>.</summary>
    /// <param name="block">The block.</param>
    /// <param name="firstRow">The first row within the block, a multiple of 64.</param>
    /// <param name="rowCount">How many rows.</param>
    /// <param name="words">
    /// A word a row, of as many rows as the masks have bits: bit f says whether a row gets through the shared clauses
    /// of filter f.
    /// </param>
    /// <param name="masks">
    /// The first filter's mask. The masks of the filters that this does not give are overwritten.
    /// </param>
    /// <param name="stride">Words from a filter's mask to the next one's.</param>
    public void Evaluate(int block, int firstRow, int rowCount, uint* words, ulong* masks, int stride)
    {
        for (int first = 0; first < rowCount; first += ChunkRows)
        {
            int count = Math.Min(ChunkRows, rowCount - first);
            int padded = (count + 63) / 64 * 64;
            Span<uint> chunk = new(words + first, count);
            chunk.Fill(uint.MaxValue);
            new Span<uint>(words + first + count, padded - count).Clear();
            foreach (ref readonly CodeLookup lookup in _lookups.AsSpan(0, _lookupCount))
            {
                if (lookup.WordCount > 0)
                {
                    lookup.And(Table(lookup), block, firstRow + first, chunk);
                }
            }

            RowWords.ToMasks(words + first, padded, _filterCount, masks + (first / 64), stride);
        }

        for (int filter = 0; filter < _filterCount; filter++)
        {
            if (_hasRest[filter] && Has(filter))
            {
                Span<ulong> mask = new(masks + ((long)filter * stride), (rowCount + 63) / 64);
                _filters[filter]!.Narrow(block, firstRow, rowCount, mask, _known[filter]);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _tables?.Dispose();

    private uint* Table(in CodeLookup lookup) => (uint*)_tables!.Address + lookup.Start;

    /// <summary>Adds the clauses that a plan starts with.</summary>
    private void Collect(FilterPlan plan, int filter)
    {
        int next = plan.Entry;
        _hasRest[filter] = false;
        while (next >= 0 && plan.Clauses[next].IsConjunct)
        {
            ref readonly PlanClause clause = ref plan.Clauses[next];
            if (next < PlanFilter.KnownMax && CodeSet.IsOf(plan, clause))
            {
                Add(plan, next, filter);
            }
            else
            {
                _hasRest[filter] = true;
            }

            next = clause.WhenKept;
        }

        _hasRest[filter] |= next != FilterPlan.Pass;
    }

    private void Add(FilterPlan plan, int number, int filter)
    {
        ref readonly PlanClause clause = ref plan.Clauses[number];
        CodeSet set = new(plan, clause);
        if (set.End >= CodeLookup.WordsMax && set.Count > CodeLookup.MembersMax / FiltersMax)
        {
            _hasRest[filter] = true;
            return;
        }

        int lookup = FindLookup(plan.Columns[clause.Column], filter);
        _lookups[lookup].Add(filter, set, isNegated: clause.WhenTrue == FilterPlan.Fail);
        ScanArrays.Grow(ref _clauses, _clauseCount + 1);
        _clauses[_clauseCount++] = new SharedClause(filter, number, lookup);
    }

    /// <summary>A filter's second clause on a column needs a table of its own: a row may have several values.</summary>
    private int FindLookup(ReadOnlyMemory<ColumnBlock> column, int filter)
    {
        int found = 0;
        while (found < _lookupCount
            && !(_lookups[found].Column.Equals(column) && (_lookups[found].Filters >> filter & 1) == 0))
        {
            found++;
        }

        if (found == _lookupCount)
        {
            ScanArrays.Grow(ref _lookups, ++_lookupCount);
            _lookups[found] = CodeLookup.Of(column);
        }

        return found;
    }

    private void LayOutTables(long rowCount)
    {
        long words = 0;
        foreach (ref CodeLookup lookup in _lookups.AsSpan(0, _lookupCount))
        {
            lookup.ChooseTable(rowCount);
            lookup.Start = words;
            words += lookup.WordCount;
        }

        IsEmpty = words == 0;
        if (!IsEmpty)
        {
            ScanArrays.Grow(ref _tables, words * sizeof(uint));
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
                FilterPlan plan = _filters[shared.Filter]!.Plan;
                lookup.Write(Table(lookup), shared.Filter, new CodeSet(plan, plan.Clauses[shared.Clause]));
                _known[shared.Filter] |= 1UL << shared.Clause;
            }
            else
            {
                _hasRest[shared.Filter] = true;
            }
        }
    }
}
