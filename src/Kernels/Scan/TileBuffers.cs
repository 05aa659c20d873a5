using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>One thread's scratch: what a unit and a tile need, in one buffer that only grows.</summary>
internal sealed unsafe class TileBuffers : IDisposable
{
    /// <summary>Entries of a tile with the padding that kernels read and write past the last.</summary>
    public const int Entries = TileRows.EntriesMax + TileRows.PaddedEntries;

    /// <summary>The same for the tiles of panels.</summary>
    public const int PanelEntries = TileRows.PanelEntriesMax + TileRows.PaddedEntries;

    private const int WordsPerTile = TileRows.EntriesMax / 64;
    private const int SequenceLength = UnitOrder.UnitRowsMax + TileRows.PaddedEntries;
    private readonly NativeBuffer _sequence = new(SequenceLength * sizeof(ushort));
    private NativeBuffer? _buffer;

    public TileBuffers()
    {
        Sequence = (ushort*)_sequence.Address;
        for (int e = 0; e < SequenceLength; e++)
        {
            Sequence[e] = (ushort)e;
        }
    }

    /// <summary>Row offsets within the unit, entry after entry, padded.</summary>
    public ushort* Offsets { get; private set; }

    /// <summary>0, 1, 2, ...: the offsets of rows that lie side by side.</summary>
    public ushort* Sequence { get; }

    /// <summary>Factors, [segment][entry].</summary>
    public float* Scales { get; private set; }

    /// <summary>The rows' own terms, [segment][entry].</summary>
    public float* RowTerms { get; private set; }

    /// <summary>Scores of one panel.</summary>
    public float* Scores { get; private set; }

    /// <summary>Scores that survive, an element an entry (panels) or a bit an entry (small batches).</summary>
    public ulong* Kept { get; private set; }

    /// <summary>The entries' masks, [filter of the group][word].</summary>
    public ulong* EntryMasks { get; private set; }

    /// <summary>What turns a slot's float score into a lower bound of the canonical one.</summary>
    public float* ToLower { get; private set; }

    /// <summary>What turns a slot's float score into an upper bound of the canonical one.</summary>
    public float* ToUpper { get; private set; }

    /// <summary>The float score that a slot's survivors reach; infinite for the last panel's unused slots.</summary>
    public float* Limits { get; private set; }

    /// <summary>What a rough score may be off by, slot after slot.</summary>
    public float* Rough { get; private set; }

    /// <summary><see cref="Limits"/> of a panel for rough scores.</summary>
    public float* RoughLimits { get; private set; }

    /// <summary>Rows made ready, [segment][entry][D].</summary>
    public float* Wide { get; private set; }

    /// <summary>The mask of a tile's entries for a filter of its group.</summary>
    public ulong* EntryMask(int filter) => EntryMasks + (filter * WordsPerTile);

    /// <summary>Lays the buffers out for a scan.</summary>
    public void Reset(ScanPlan plan)
    {
        PlanQueries queries = plan.Queries;
        int segments = queries.Segments.Length;
        long slots = (long)queries.PanelCount * queries.PanelSlots;
        long bytes = 0;
        long offsets = Take(ref bytes, (UnitOrder.UnitRowsMax + TileRows.PaddedEntries) * sizeof(ushort));
        long scales = Take(ref bytes, (long)segments * Entries * sizeof(float));
        long rowTerms = Take(ref bytes, (long)segments * Entries * sizeof(float));
        long scoreEntries = queries.IsFew ? Entries : PanelEntries;
        long scores = Take(ref bytes, queries.PanelSlots * scoreEntries * sizeof(float));
        long kept = Take(ref bytes, Entries * sizeof(ulong));
        long entryMasks = Take(ref bytes, (long)queries.PanelSlots * WordsPerTile * sizeof(ulong));
        long toLower = Take(ref bytes, slots * sizeof(float));
        long toUpper = Take(ref bytes, slots * sizeof(float));
        long limits = Take(ref bytes, slots * sizeof(float));
        long rough = Take(ref bytes, queries.IsRough ? slots * sizeof(float) : 0);
        long roughLimits = Take(ref bytes, queries.PanelSlots * sizeof(float));
        long wide = Take(ref bytes, (long)queries.WideDim * PanelEntries * sizeof(float));
        byte* start = (byte*)ScanArrays.Grow(ref _buffer, bytes);
        Offsets = (ushort*)(start + offsets);
        Scales = (float*)(start + scales);
        RowTerms = (float*)(start + rowTerms);
        Scores = (float*)(start + scores);
        Kept = (ulong*)(start + kept);
        EntryMasks = (ulong*)(start + entryMasks);
        ToLower = (float*)(start + toLower);
        ToUpper = (float*)(start + toUpper);
        Limits = (float*)(start + limits);
        Rough = (float*)(start + rough);
        RoughLimits = (float*)(start + roughLimits);
        Wide = (float*)(start + wide);
        new Span<float>(Limits, (int)slots).Fill(float.PositiveInfinity);
        new Span<float>(Rough, queries.IsRough ? (int)slots : 0).Clear();
        for (int s = 0; s < segments; s++)
        {
            new Span<float>(Scales + (s * Entries), Entries).Fill(queries.Segments[s].Scale);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sequence.Dispose();
        _buffer?.Dispose();
    }

    private static long Take(ref long bytes, long size)
    {
        long start = bytes;
        bytes += (size + 63) / 64 * 64;
        return start;
    }
}
