using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Linr.Kernels.Scan;

/// <summary>
/// What one thread does in a scan: takes units, masks them, scores the passing rows (or all rows, where nearly all
/// pass) tile by tile and panel by panel, and adds those that reach the cut to its survivors.
/// </summary>
internal sealed unsafe class ScanWorker : IDisposable
{
    /// <summary>
    /// From this share of passing rows on a unit is scored whole, in order, and survivors meet the mask. Small batches
    /// are bound by reading, and memory reads every second row no faster than all (Zen 3); panels by arithmetic.
    /// </summary>
    private const double FewDenseShare = 0.5;

    /// <summary>
    /// The same for panels: listed rows cost a third more each than rows in order (Zen 3, batch 16: 80 to 93 % of the
    /// rows listed took 1.02 to 1.12 of the time of all in order).
    /// </summary>
    private const double PanelDenseShare = 0.75;

    /// <summary>
    /// Bytes of float rows in a tile, so that they stay in the L2 cache while panel after panel reads them.
    /// </summary>
    private const int TileBytesMax = 192 * 1024;

    /// <summary>
    /// Listed rows of so few bytes in all are asked for before the first is read: the kernels' own prefetch starts
    /// some rows into a tile, and where one row in a thousand passes a unit has no more than that.
    /// </summary>
    private const long AskedBytesMax = 64 * 1024;

    private readonly ScanPlan _plan;
    private readonly TileBuffers _buffers = new();
    private readonly TileLoader _loader;
    private readonly TileScorer _scorer;
    private readonly UnitMasks _masks;
    private uint* _slotWords;
    private int _slotShift;
    private int _tileEntries;
    private int _boundBlock;
    private UnitEntries _waiting;
    private long _rowsScanned;
    private long _rowsScored;
    private long _denseUnits;
    private long _gatheredUnits;
    private long _skippedUnits;

    public ScanWorker(ScanPlan plan)
    {
        _plan = plan;
        _loader = new TileLoader(plan, _buffers);
        _scorer = new TileScorer(plan, _buffers, _loader);
        _masks = new UnitMasks(plan);
        Scorer = new RowScorer(plan);
        Compactor = new Compactor(plan, Scorer);
        Survivors = new Survivors(plan, Scorer, Compactor);
    }

    /// <summary>What the thread keeps.</summary>
    public Survivors Survivors { get; }

    /// <summary>What makes room.</summary>
    public Compactor Compactor { get; }

    /// <summary>The thread's canonical scores.</summary>
    public RowScorer Scorer { get; }

    /// <summary>What the thread did.</summary>
    public ScanCounters Counters => new(
        _rowsScanned, _rowsScored, Scorer.Count, _denseUnits, _gatheredUnits, _skippedUnits);

    /// <summary>Rows that passed a distinct filter, of those that this thread saw.</summary>
    public long Passed(int filter) => _masks.Passed(filter);

    /// <summary>Starts a scan.</summary>
    /// <param name="roomMin">Rows that a list holds beyond K, at least.</param>
    /// <param name="unitRows">Rows of a unit at most.</param>
    public void Reset(int roomMin, int unitRows)
    {
        _buffers.Reset(_plan);
        _masks.Reset();
        Scorer.Reset();
        (_rowsScanned, _rowsScored, _denseUnits, _gatheredUnits, _skippedUnits) = (0, 0, 0, 0, 0);
        _boundBlock = -1;
        _waiting = default;
        int dims = 0;
        foreach (PlanSegment segment in _plan.Queries.Segments)
        {
            dims += segment.Dim;
        }

        int fitting = TileBytesMax / (dims * sizeof(float)) / 64 * 64;
        _tileEntries = _plan.Queries.IsFew
            ? TileRows.EntriesMax : Math.Clamp(fitting, 64, TileRows.PanelEntriesMax);
        Survivors.Reset(roomMin, Math.Min(_tileEntries, unitRows));
    }

    /// <summary>Asks for the rows of a unit that is scanned soon.</summary>
    public void Ask(in UnitRows unit)
    {
        foreach (PlanSegment segment in _plan.Queries.Segments)
        {
            long rowBytes = segment.Source.RowBytes;
            byte* first = (byte*)segment.Source.Blocks.Span[unit.Block].Rows + (unit.First * rowBytes);
            for (long at = 0; at < unit.Count * rowBytes; at += TileRows.LineBytes)
            {
                Prefetch.ToL2(first + at);
            }
        }
    }

    /// <summary>Scans one unit; of its rows some may be scored only with the next, or by <see cref="End"/>.</summary>
    public void Scan(in UnitRows unit)
    {
        _rowsScanned += unit.Count;
        _masks.Evaluate(unit);
        ScoreWaiting();
        double denseShare = _plan.Queries.IsFew ? FewDenseShare : PanelDenseShare;
        for (int g = 0; g < _plan.Groups.Length; g++)
        {
            PanelGroup group = _plan.Groups[g];
            ulong* union = _masks.Union(group, out int passing);
            if (passing == 0)
            {
                _skippedUnits++;
                continue;
            }

            bool dense = passing >= unit.Count * denseShare;
            UnitEntries rows = new(group, unit, dense ? unit.Count : passing, dense);
            _rowsScored += rows.Count;
            _denseUnits += dense ? 1 : 0;
            _gatheredUnits += dense ? 0 : 1;
            bool masked = dense ? passing < unit.Count || group.FilterCount > 1 : group.FilterCount > 1;
            if (!dense)
            {
                ListPassing(union, unit.Count, rows.Count);
                bool isAsked = AskForListed(rows);
                if (isAsked && !masked && g == _plan.Groups.Length - 1)
                {
                    // They come while the next unit's masks are made.
                    _waiting = rows;
                    return;
                }
            }

            ScoreRows(rows, masked);
        }
    }

    /// <summary>Ends the scan: nothing waits after it.</summary>
    public void End() => ScoreWaiting();

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffers.Dispose();
        _masks.Dispose();
        Survivors.Dispose();
        Scorer.Dispose();
    }

    /// <summary>Whether a group is a panel of several filters.</summary>
    private bool IsMixed(in PanelGroup group) => group.FilterCount > 1 && !_plan.Queries.IsFew;

    private void ScoreWaiting()
    {
        if (_waiting.Count > 0)
        {
            ScoreRows(_waiting, masked: false);
            _waiting = default;
        }
    }

    private void ScoreRows(in UnitEntries rows, bool masked)
    {
        PanelGroup group = rows.Group;
        SetBounds(rows.Unit.Block);
        if (IsMixed(group))
        {
            int firstSlot = group.FirstPanel * _plan.Queries.PanelSlots;
            int slotCount = Math.Min(_plan.Queries.PanelSlots, _plan.SlotCount - firstSlot);
            _slotWords = _masks.SlotWords(group, slotCount, out _slotShift);
        }

        for (int start = 0; start < rows.Count; start += _tileEntries)
        {
            ScanTile(group, Tile(rows, start), masked);
        }
    }

    private void SetBounds(int block)
    {
        if (block == _boundBlock)
        {
            return;
        }

        _boundBlock = block;
        for (int slot = 0; slot < _plan.SlotCount; slot++)
        {
            double offset = _plan.Queries.Offset(slot);
            double error = _plan.Errors.Of(slot, block);
            _buffers.ToLower[slot] = (float)(offset - error);
            _buffers.ToUpper[slot] = (float)(offset + error);
            if (_plan.Queries.IsRough)
            {
                _buffers.Rough[slot] = (float)_plan.Errors.RoughOf(slot, block);
            }
        }
    }

    /// <summary>
    /// Lists the rows of a mask. Words that have any come first, without a branch: where one row in a thousand passes,
    /// nobody could tell which.
    /// </summary>
    [SkipLocalsInit]
    private void ListPassing(ulong* mask, int rowCount, int passing)
    {
        ushort* words = stackalloc ushort[UnitOrder.UnitRowsMax / 64];
        int count = 0;
        for (int word = 0; word < (rowCount + 63) / 64; word++)
        {
            words[count] = (ushort)word;
            count += mask[word] != 0 ? 1 : 0;
        }

        ushort* next = _buffers.Offsets;
        for (int i = 0; i < count; i++)
        {
            int row = words[i] * 64;
            ulong word = mask[words[i]];
            do
            {
                *next++ = (ushort)(row + BitOperations.TrailingZeroCount(word));
                word &= word - 1;
            }
            while (word != 0);
        }

        new Span<ushort>(next, TileRows.PaddedEntries).Fill(_buffers.Offsets[passing - 1]);
    }

    /// <summary>
    /// Asks for the front of listed rows, from where the processor reads on by itself: to ask for every line took longer
    /// (Sapphire Rapids and Zen 5, rows of 512 bytes). False where rows are too many to be asked for.
    /// </summary>
    private bool AskForListed(in UnitEntries rows)
    {
        bool isAsked = true;
        foreach (PlanSegment segment in _plan.Queries.Segments)
        {
            long rowBytes = segment.Source.RowBytes;
            if (rows.Count * rowBytes > AskedBytesMax)
            {
                isAsked = false;
                continue;
            }

            byte* first = (byte*)segment.Source.Blocks.Span[rows.Unit.Block].Rows + (rows.Unit.First * rowBytes);
            for (int e = 0; e < rows.Count; e++)
            {
                byte* row = first + (_buffers.Offsets[e] * rowBytes);
                Prefetch.ToL2(row);
                Prefetch.ToL2(row + Math.Min(TileRows.LineBytes, rowBytes - 1));
            }
        }

        return isAsked;
    }

    private UnitTile Tile(in UnitEntries rows, int start)
    {
        int count = Math.Min(_tileEntries, rows.Count - start);
        if (!rows.IsDense)
        {
            return new UnitTile(rows.Unit, _buffers.Offsets + start, start, count, isDense: false);
        }

        if (start + count + TileRows.PaddedEntries <= rows.Count)
        {
            return new UnitTile(rows.Unit, _buffers.Sequence + start, start, count, isDense: true);
        }

        // The last rows of a unit may be the last of the memory: the padding must not go on.
        for (int e = 0; e < count + TileRows.PaddedEntries; e++)
        {
            _buffers.Offsets[e] = (ushort)Math.Min(start + e, rows.Count - 1);
        }

        return new UnitTile(rows.Unit, _buffers.Offsets, start, count, isDense: true);
    }

    private void ScanTile(in PanelGroup group, in UnitTile tile, bool masked)
    {
        if (masked && !IsMixed(group))
        {
            SetEntryMasks(group, tile);
        }

        _loader.Load(tile);
        for (int panel = group.FirstPanel; panel < group.FirstPanel + group.PanelCount; panel++)
        {
            ScanPanel(tile, group, panel, masked);
        }
    }

    private void SetEntryMasks(in PanelGroup group, in UnitTile tile)
    {
        for (int filter = 0; filter < group.FilterCount; filter++)
        {
            ulong* mask = _masks.Mask(group.FirstFilter + filter);
            ulong* target = _buffers.EntryMask(filter);
            if (tile.IsDense)
            {
                new Span<ulong>(mask + (tile.Start / 64), (tile.Count + 63) / 64).CopyTo(
                    new Span<ulong>(target, TileRows.EntriesMax / 64));
            }
            else
            {
                EntryMasks.Gather(mask, _masks.LastUnion, tile.Offsets, tile.Count, target);
            }
        }
    }

    private void ScanPanel(in UnitTile tile, in PanelGroup group, int panel, bool masked)
    {
        PlanQueries queries = _plan.Queries;
        int firstSlot = panel * queries.PanelSlots;
        int slotCount = Math.Min(queries.PanelSlots, _plan.SlotCount - firstSlot);
        TensorPrimitives.Subtract(
            new ReadOnlySpan<float>(_plan.Cuts.Address + firstSlot, slotCount),
            new ReadOnlySpan<float>(_buffers.ToUpper + firstSlot, slotCount),
            new Span<float>(_buffers.Limits + firstSlot, slotCount));
        Survivors.Reserve(firstSlot, slotCount);
        SurvivorSink sink = new(_plan, _buffers, Survivors, group, tile, firstSlot, slotCount, masked);
        if (queries.IsFew)
        {
            _scorer.ScoreFew(tile, slotCount);
            sink.TakeFew();
            return;
        }

        int keptCount = _scorer.KeepPanel(tile, panel, slotCount, asksAhead: panel == group.FirstPanel);
        PanelSurvivors target = new(_plan, _buffers, Survivors, tile, firstSlot);
        if (IsMixed(group))
        {
            new MixedPanelSink(_buffers, tile).Take(target, keptCount, _slotWords, _slotShift);
        }
        else
        {
            sink.TakePanel(target, keptCount);
        }
    }
}
