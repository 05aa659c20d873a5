using System.Numerics;

namespace Linr.Kernels.Scan;

/// <summary>
/// What one thread does in a scan: takes units, masks them, scores the passing rows (or all rows, where nearly all
/// pass) tile by tile and panel by panel, and adds those that reach the cut to its survivors.
/// </summary>
internal sealed unsafe class ScanWorker : IDisposable
{
    /// <summary>Above this share of passing rows a unit is scored whole, in order, and survivors meet the mask.</summary>
    private const double DenseShare = 0.9;

    /// <summary>Bytes of float rows in a tile, so that they stay in the L2 cache while panel after panel reads them.</summary>
    private const int TileBytesMax = 192 * 1024;

    private readonly ScanPlan _plan;
    private readonly TileBuffers _buffers = new();
    private readonly TileLoader _loader;
    private readonly UnitMasks _masks;
    private int _tileEntries;
    private long _rowsScanned;
    private long _rowsScored;
    private long _denseUnits;
    private long _gatheredUnits;
    private long _skippedUnits;

    public ScanWorker(ScanPlan plan)
    {
        _plan = plan;
        _loader = new TileLoader(plan, _buffers);
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
    public void Reset()
    {
        _buffers.Reset(_plan);
        _masks.Reset();
        Survivors.Reset();
        Scorer.Reset();
        (_rowsScanned, _rowsScored, _denseUnits, _gatheredUnits, _skippedUnits) = (0, 0, 0, 0, 0);
        int dims = 0;
        foreach (PlanSegment segment in _plan.Queries.Segments)
        {
            dims += segment.Dim;
        }

        int fitting = TileBytesMax / (dims * sizeof(float)) / 64 * 64;
        _tileEntries = Math.Clamp(fitting, 64, TileRows.EntriesMax);
    }

    /// <summary>Scans one unit.</summary>
    public void Scan(in UnitRows unit)
    {
        _rowsScanned += unit.Count;
        _masks.Evaluate(unit);
        SetBounds(unit.Block);
        foreach (PanelGroup group in _plan.Groups)
        {
            ulong* union = _masks.Union(group, out int passing);
            if (passing == 0)
            {
                _skippedUnits++;
                continue;
            }

            bool dense = passing >= unit.Count * DenseShare;
            int entries = dense ? unit.Count : passing;
            _rowsScored += entries;
            _denseUnits += dense ? 1 : 0;
            _gatheredUnits += dense ? 0 : 1;
            ListEntries(dense, union, unit.Count, entries);
            bool masked = dense ? passing < unit.Count || group.FilterCount > 1 : group.FilterCount > 1;
            for (int start = 0; start < entries; start += _tileEntries)
            {
                int count = Math.Min(_tileEntries, entries - start);
                if (masked)
                {
                    SetEntryMasks(group, dense, start, count);
                }

                _loader.Load(unit, start, count);
                for (int panel = group.FirstPanel; panel < group.FirstPanel + group.PanelCount; panel++)
                {
                    ScanPanel(unit, group, panel, dense, masked, start, count);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffers.Dispose();
        _masks.Dispose();
        Survivors.Dispose();
    }

    private void SetBounds(int block)
    {
        for (int slot = 0; slot < _plan.SlotCount; slot++)
        {
            double offset = _plan.Queries.Offset(slot);
            double error = _plan.Errors.Of(slot, block);
            _buffers.ToLower[slot] = (float)(offset - error);
            _buffers.ToUpper[slot] = (float)(offset + error);
        }
    }

    private void ListEntries(bool dense, ulong* mask, int rowCount, int entries)
    {
        ushort* offsets = _buffers.Offsets;
        if (dense)
        {
            for (int e = 0; e < entries; e++)
            {
                offsets[e] = (ushort)e;
            }
        }
        else
        {
            ushort* next = offsets;
            for (int row = 0; row < rowCount; row += 64)
            {
                for (ulong word = mask[row / 64]; word != 0; word &= word - 1)
                {
                    *next++ = (ushort)(row + BitOperations.TrailingZeroCount(word));
                }
            }
        }

        for (int e = entries; e < entries + TileRows.PaddedEntries; e++)
        {
            offsets[e] = offsets[entries - 1];
        }
    }

    private void SetEntryMasks(in PanelGroup group, bool dense, int start, int count)
    {
        for (int filter = 0; filter < group.FilterCount; filter++)
        {
            ulong* mask = _masks.Mask(group.FirstFilter + filter);
            ulong* target = _buffers.EntryMask(filter);
            ushort* offsets = _buffers.Offsets + start;
            for (int e = 0; e < count; e += 64)
            {
                ulong word = 0;
                if (dense)
                {
                    word = mask[(start + e) / 64];
                }
                else
                {
                    for (int bit = 0; bit < 64 && e + bit < count; bit++)
                    {
                        int row = offsets[e + bit];
                        word |= ((mask[row / 64] >> (row % 64)) & 1) << bit;
                    }
                }

                target[e / 64] = word;
            }
        }
    }

    private void ScanPanel(
        in UnitRows unit, in PanelGroup group, int panel, bool dense, bool masked, int start, int count)
    {
        PlanQueries queries = _plan.Queries;
        int firstSlot = panel * queries.PanelSlots;
        int slotCount = Math.Min(queries.PanelSlots, _plan.SlotCount - firstSlot);
        for (int slot = firstSlot; slot < firstSlot + slotCount; slot++)
        {
            _buffers.Limits[slot] = _plan.Cuts[slot] - _buffers.ToUpper[slot];
            Survivors.Reserve(slot, count);
        }

        Score(unit, panel, slotCount, start, count, isScattered: !dense);
        SurvivorSink sink = new(
            _plan, _buffers, Survivors, group, firstSlot, slotCount, masked, unit.FirstRow, _buffers.Offsets + start);
        if (queries.IsFew)
        {
            sink.TakeFew(count);
        }
        else
        {
            sink.TakePanel(count);
        }
    }

    private void Score(in UnitRows unit, int panel, int slotCount, int start, int count, bool isScattered)
    {
        PlanQueries queries = _plan.Queries;
        bool add = false;
        if (queries.HasRowTerms)
        {
            RowTerms.Write(queries, _buffers, panel, slotCount, count);
            add = true;
        }

        for (int s = 0; s < queries.Segments.Length; s++)
        {
            ref readonly PlanSegment segment = ref queries.Segments[s];
            TileRows rows = _loader.Rows(segment, unit, start, count, isScattered);
            float* scales = _buffers.Scales + (s * TileBuffers.Entries);
            float* packed = queries.Packed(segment, panel);
            if (queries.IsFew)
            {
                bool halves = segment.Source.Element == RowElement.Float16;
                TileScores.Few(rows, halves, segment.Dim, packed, slotCount, scales, add, _buffers.Scores);
            }
            else
            {
                TileScores.Panel(rows, segment.Dim, packed, slotCount, scales, add, _buffers.Scores);
            }

            add = true;
        }
    }
}
