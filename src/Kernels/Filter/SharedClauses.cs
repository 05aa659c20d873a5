namespace Linr.Kernels.Filter;

/// <summary>
/// Up to 32 filters of a batch evaluated together where they share clauses (<see cref="SharedTables"/>): what is left
/// of a filter is evaluated on the rows that got through. Prepared by one thread, then safe for concurrent readers.
/// </summary>
internal sealed unsafe class SharedClauses : IDisposable
{
    /// <summary>Filters at most: bits of a word.</summary>
    public const int FiltersMax = SharedTables.PlansMax;

    /// <summary>Rows whose words stay in the first cache while column after column is looked up.</summary>
    private const int ChunkRows = 1_024;

    private readonly SharedTables _tables = new();
    private readonly PlanFilter?[] _filters = new PlanFilter?[FiltersMax];
    private readonly FilterPlan?[] _plans = new FilterPlan?[FiltersMax];
    private int _filterCount;

    /// <summary>Whether no filter has its mask from <see cref="Evaluate"/>.</summary>
    public bool IsEmpty => _tables.WordCount == 0;

    /// <summary>Whether the words of <see cref="Evaluate"/> say all about every filter.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Takes the filters of a scan.</summary>
    /// <param name="filters">Up to <see cref="FiltersMax"/>; those that are not plans share nothing.</param>
    /// <param name="rowCount">Rows that the scan will evaluate them on.</param>
    public void Prepare(ReadOnlySpan<RowFilter?> filters, long rowCount)
    {
        Array.Clear(_filters);
        Array.Clear(_plans);
        _filterCount = filters.Length;
        for (int filter = 0; filter < filters.Length; filter++)
        {
            _filters[filter] = filters[filter] as PlanFilter;
            _plans[filter] = _filters[filter]?.Plan;
        }

        _tables.Prepare(_plans.AsSpan(0, filters.Length), rowCount);
        IsWhole = true;
        for (int filter = 0; filter < filters.Length; filter++)
        {
            IsWhole &= Has(filter) && !_tables.HasRest(filter);
        }
    }

    /// <summary>Whether <see cref="Evaluate"/> gives a filter's mask.</summary>
    public bool Has(int filter) => _tables.Known(filter) != 0;

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
            foreach (ref readonly CodeLookup lookup in _tables.Lookups)
            {
                if (lookup.WordCount > 0)
                {
                    lookup.And(_tables.Table(lookup), block, firstRow + first, chunk);
                }
            }

            RowWords.ToMasks(words + first, padded, _filterCount, masks + (first / 64), stride);
        }

        for (int filter = 0; filter < _filterCount; filter++)
        {
            if (_tables.HasRest(filter) && Has(filter))
            {
                Span<ulong> mask = new(masks + ((long)filter * stride), (rowCount + 63) / 64);
                _filters[filter]!.Narrow(block, firstRow, rowCount, mask, _tables.Known(filter));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _tables.Dispose();
}
