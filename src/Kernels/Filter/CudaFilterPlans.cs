using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Linr.Cuda;

namespace Linr.Kernels.Filter;

/// <summary>
/// The plans of a batch in pinned memory and, at a fixed place, on the device: a head (their number; what groups of 32
/// share; the plans that have something left; a place for each plan, where its clauses and operands start, and its
/// entry), then clauses and operands of one plan after the other, and tables of what groups share. Filled, uploaded and
/// used in one stream; it allocates nothing once made.
/// </summary>
public sealed class CudaFilterPlans : IDisposable
{
    /// <summary>The most plans of a batch.</summary>
    public const int PlanCountMax = 256;

    /// <summary>The most slots of a plan: a filter needs about as many as it is deep.</summary>
    public const int SlotCountMax = 128;

    private const int PlaceBytes = 16;
    private const int GroupBytes = 32;
    private const int LookupBytes = 32;
    private const int GroupsAt = 16;
    private const int RestAt = GroupsAt + (PlanCountMax / SharedTables.PlansMax * GroupBytes);
    private const int PlacesAt = RestAt + (PlanCountMax * sizeof(int));
    private const int HeadBytes = PlacesAt + (PlanCountMax * PlaceBytes);

    private readonly PinnedBuffer<byte> _host;
    private readonly DeviceBuffer<byte> _device;
    private int _usedBytes;
    private int _restCount;

    /// <summary>Allocates.</summary>
    /// <param name="context">Where.</param>
    /// <param name="capacityBytes">
    /// Room for the clauses (48 bytes each), operands (8 bytes each) and shared tables of a batch.
    /// </param>
    /// <exception cref="CudaException">The memory is not there.</exception>
    public CudaFilterPlans(CudaContext context, int capacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacityBytes);
        long bytes = DeviceBytes(capacityBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, int.MaxValue, nameof(capacityBytes));
        CapacityBytes = capacityBytes;
        _host = new PinnedBuffer<byte>(context, bytes, "filter plans to upload");
        try
        {
            _device = new DeviceBuffer<byte>(context, bytes, "filter plans");
        }
        catch
        {
            _host.Dispose();
            throw;
        }

        _host.Span[..HeadBytes].Clear();
        Clear();
    }

    /// <summary>Bytes for clauses, operands and shared tables.</summary>
    public int CapacityBytes { get; }

    /// <summary>How many plans there are; they are numbered from 0.</summary>
    public int PlanCount { get; private set; }

    /// <summary>What the kernel reads; its address never changes.</summary>
    public DeviceSlice<byte> OnDevice => _device.Slice();

    /// <summary>Bytes of device memory, and as many of pinned memory.</summary>
    /// <param name="capacityBytes">Room for clauses, operands and shared tables.</param>
    public static long DeviceBytes(int capacityBytes) => HeadBytes + (long)capacityBytes;

    /// <summary>Whether a plan can be evaluated on a device: only one much deeper than filters are cannot.</summary>
    public static bool CanRun(FilterPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.SlotCount <= SlotCountMax;
    }

    /// <summary>Bytes that a plan takes of <see cref="CapacityBytes"/>.</summary>
    public static long CountBytes(FilterPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Align((long)plan.Clauses.Length * Unsafe.SizeOf<PlanClause>()) + Align(plan.Words.Length * 8L);
    }

    /// <summary>Bytes that tables take of <see cref="CapacityBytes"/>.</summary>
    internal static long CountBytes(SharedTables tables)
    {
        long bytes = 0;
        foreach (ref readonly CodeLookup lookup in tables.Lookups)
        {
            bytes += lookup.WordCount == 0 ? 0 : LookupBytes + Align(lookup.WordCount * sizeof(uint));
        }

        return bytes;
    }

    /// <summary>Starts the next batch. The last one's upload must have run.</summary>
    public void Clear()
    {
        PlanCount = 0;
        _restCount = 0;
        _host.Span[GroupsAt..RestAt].Clear();
        _usedBytes = HeadBytes;
    }

    /// <summary>Whether a plan fits into what is left.</summary>
    public bool HasRoomFor(FilterPlan plan)
        => PlanCount < PlanCountMax && CountBytes(plan) <= HeadBytes + CapacityBytes - _usedBytes;

    /// <summary>Adds a complete plan.</summary>
    /// <param name="plan">It may be cleared and used again afterwards.</param>
    /// <param name="columns">[column of the plan] its number among the table's columns in device memory.</param>
    /// <param name="firstBlock">The plan's block that is the first on the device, of a shard.</param>
    /// <returns>The number of its mask.</returns>
    /// <exception cref="ArgumentException">
    /// It does not fit into what is left, needs too many slots, or has columns without a number.
    /// </exception>
    public int Append(FilterPlan plan, ReadOnlySpan<int> columns, int firstBlock = 0)
        => AppendRest(plan, columns, firstBlock, known: 0);

    /// <summary>
    /// Adds plans that share look-ups, the next ones in order; the number of those before is a multiple of
    /// <see cref="SharedTables.PlansMax"/>.
    /// </summary>
    /// <param name="tables">What they share.</param>
    /// <param name="plans">The plans that <paramref name="tables"/> was prepared with, and with their numbers.</param>
    /// <param name="columnsOf">[plan][column of the plan] its number among the table's columns.</param>
    /// <param name="firstBlock">The plans' block that is the first on the device, of a shard.</param>
    /// <exception cref="ArgumentException">They do not fit into what is left.</exception>
    internal void AppendGroup(
        SharedTables tables,
        ReadOnlySpan<FilterPlan> plans,
        ReadOnlySpan<ReadOnlyMemory<int>> columnsOf,
        int firstBlock)
    {
        int first = PlanCount;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + plans.Length, PlanCountMax, nameof(plans));
        for (int i = 0; i < plans.Length; i++)
        {
            if (tables.Known(i) != 0 && !tables.HasRest(i))
            {
                PlanCount++;
            }
            else
            {
                AppendRest(plans[i], columnsOf[i].Span, firstBlock, tables.Known(i));
            }
        }

        AddTables(tables, first);
    }

    /// <summary>
    /// Enqueues the copy to the device, of as many bytes as are in use: not for a capture, which would keep the number.
    /// </summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public void EnqueueUpload(CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<int> head = MemoryMarshal.Cast<byte, int>(_host.Span);
        head[0] = PlanCount;
        head[1] = _restCount;
        stream.EnqueueUpload(_host.Slice(0, _usedBytes), _device.Slice(0, _usedBytes));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _host.Dispose();
        _device.Dispose();
    }

    /// <summary>Adds a plan that starts with the rows that get through what is known of it.</summary>
    private int AppendRest(FilterPlan plan, ReadOnlySpan<int> columns, int firstBlock, ulong known)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfNegative(firstBlock);
        if (!HasRoomFor(plan))
        {
            throw new ArgumentException(
                $"Expected at most {PlanCountMax} plans of {CapacityBytes:N0} bytes in all; found {PlanCount} plans of "
                + $"{_usedBytes - HeadBytes:N0} bytes and another of {CountBytes(plan):N0}.",
                nameof(plan));
        }

        if (!CanRun(plan) || columns.Length < plan.Columns.Length)
        {
            throw new ArgumentException(
                $"Expected a plan of at most {SlotCountMax} slots and a number for each of its {plan.Columns.Length} "
                + $"columns; found {plan.SlotCount} slots and {columns.Length} numbers.",
                nameof(plan));
        }

        Add(plan, columns, firstBlock, known);
        return PlanCount++;
    }

    /// <summary>Copies a plan, without the clauses that are known of its rows.</summary>
    private void Add(FilterPlan plan, ReadOnlySpan<int> columns, int firstBlock, ulong known)
    {
        Span<byte> bytes = _host.Span;
        int clausesAt = _usedBytes;
        Span<PlanClause> clauses = MemoryMarshal.Cast<byte, PlanClause>(bytes[clausesAt..])[..plan.Clauses.Length];
        int slotCount = CopyClauses(plan.Clauses, columns, known, clauses);
        int wordsAt = clausesAt + (int)Align((long)clauses.Length * Unsafe.SizeOf<PlanClause>());
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes[wordsAt..])[..plan.Words.Length];
        plan.Words.CopyTo(words);
        SkipBlocks(clauses, words, firstBlock);
        Span<int> place = MemoryMarshal.Cast<byte, int>(bytes.Slice(PlacesAt + (PlaceBytes * PlanCount), PlaceBytes));
        place[0] = clausesAt;
        place[1] = wordsAt;
        place[2] = SkipKnown(plan.Clauses, plan.Entry, known);
        place[3] = slotCount;
        MemoryMarshal.Cast<byte, int>(bytes[RestAt..PlacesAt])[_restCount++] = PlanCount;
        _usedBytes += (int)CountBytes(plan);
    }

    /// <summary>Copies the tables of a group of plans, and says which plans they answer.</summary>
    private void AddTables(SharedTables tables, int firstPlan)
    {
        if (CountBytes(tables) > HeadBytes + CapacityBytes - _usedBytes || firstPlan % SharedTables.PlansMax != 0)
        {
            throw new ArgumentException(
                $"Expected tables of at most {HeadBytes + CapacityBytes - _usedBytes:N0} bytes after a multiple of "
                + $"{SharedTables.PlansMax} plans; found {CountBytes(tables):N0} bytes after {firstPlan} plans.",
                nameof(tables));
        }

        Span<byte> bytes = _host.Span;
        int lookupsAt = _usedBytes;
        int lookupCount = 0;
        foreach (ref readonly CodeLookup lookup in tables.Lookups)
        {
            lookupCount += lookup.WordCount > 0 ? 1 : 0;
        }

        _usedBytes += LookupBytes * lookupCount;
        Span<uint> records = MemoryMarshal.Cast<byte, uint>(bytes[lookupsAt.._usedBytes]);
        for (int i = 0; i < tables.Lookups.Length; i++)
        {
            ref readonly CodeLookup lookup = ref tables.Lookups[i];
            if (lookup.WordCount == 0)
            {
                continue;
            }

            records[0] = (uint)lookup.Number;
            records[1] = (uint)_usedBytes;
            records[2] = (uint)(lookup.IsHashed ? (lookup.WordCount / 2) - 1 : lookup.WordCount - 1);
            records[3] = (uint)(lookup.IsHashed ? HashedTable.Shift(lookup.WordCount / 2) : 0);
            records[4] = lookup.Absent;
            Span<uint> words = MemoryMarshal.Cast<byte, uint>(bytes[_usedBytes..])[..lookup.WordCount];
            uint factor = 0;
            records[6] = lookup.IsHashed && HashedTable.TrySpread(
                tables.Words(lookup), words, lookup.Absent, out factor) ? 1u : 0;
            records[5] = records[6] == 0 ? HashedTable.HashFactor : factor;
            if (records[6] == 0)
            {
                tables.Words(lookup).CopyTo(words);
            }

            records = records[(LookupBytes / sizeof(uint))..];
            _usedBytes += (int)Align(lookup.WordCount * sizeof(uint));
        }

        uint known = 0, whole = 0;
        for (int i = 0; i < tables.PlanCount; i++)
        {
            known |= tables.Known(i) != 0 ? 1u << i : 0;
            whole |= tables.Known(i) != 0 && !tables.HasRest(i) ? 1u << i : 0;
        }

        int groupAt = GroupsAt + (firstPlan / SharedTables.PlansMax * GroupBytes);
        Span<uint> group = MemoryMarshal.Cast<byte, uint>(bytes.Slice(groupAt, GroupBytes));
        group[0] = (uint)lookupsAt;
        group[1] = (uint)lookupCount;
        group[2] = known;
        group[3] = whole;
        group[4] = (uint)(_usedBytes - lookupsAt);
    }

    /// <summary>
    /// Copies clauses; only those that rows jump to keep a slot. Rows that go to the clause which runs next need none.
    /// Known clauses are passed by: whatever reached one reaches what it hands on to, since they are where a plan
    /// starts and nothing else runs between them.
    /// </summary>
    /// <returns>How many slots there are.</returns>
    private static int CopyClauses(
        ReadOnlySpan<PlanClause> from, ReadOnlySpan<int> columns, ulong known, Span<PlanClause> to)
    {
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = from[i] with
            {
                Column = from[i].Column < 0 ? from[i].Column : columns[from[i].Column],
                WhenTrue = SkipKnown(from, from[i].WhenTrue, known),
                WhenFalse = SkipKnown(from, from[i].WhenFalse, known),
                Slot = -1,
            };
        }

        int slotCount = 0;
        for (int i = 0; i < from.Length; i++)
        {
            if (from[i].Slot >= 0 && !PlanFilter.IsKnown(i, known))
            {
                slotCount = Math.Max(slotCount, KeepSlot(from, to[i].WhenTrue, i, to));
                slotCount = Math.Max(slotCount, KeepSlot(from, to[i].WhenFalse, i, to));
            }
        }

        return slotCount;
    }

    private static int SkipKnown(ReadOnlySpan<PlanClause> clauses, int clause, ulong known)
    {
        while (PlanFilter.IsKnown(clause, known))
        {
            clause = clauses[clause].WhenKept;
        }

        return clause;
    }

    /// <summary>Lets lists of rows begin at a block, from which their operands are then counted.</summary>
    private static void SkipBlocks(Span<PlanClause> clauses, Span<ulong> words, int firstBlock)
    {
        for (int i = 0; firstBlock > 0 && i < clauses.Length; i++)
        {
            if (clauses[i].Test == ClauseTest.Rows)
            {
                int skipped = Math.Min(firstBlock, clauses[i].Count);
                clauses[i] = clauses[i] with { First = clauses[i].First + skipped, Count = clauses[i].Count - skipped };
                foreach (ref ulong block in words.Slice(clauses[i].First, clauses[i].Count))
                {
                    block -= block == 0 ? 0 : (uint)skipped;
                }
            }
        }
    }

    private static int KeepSlot(ReadOnlySpan<PlanClause> from, int target, int clause, Span<PlanClause> to)
    {
        if (target < 0 || target == clause - 1)
        {
            return 0;
        }

        to[target] = to[target] with { Slot = from[target].Slot };
        return from[target].Slot + 1;
    }

    private static long Align(long bytes) => (bytes + PlaceBytes - 1) / PlaceBytes * PlaceBytes;
}
