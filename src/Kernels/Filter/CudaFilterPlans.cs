using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Linr.Cuda;

namespace Linr.Kernels.Filter;

/// <summary>
/// The plans of a batch in pinned memory and, at a fixed place, on the device: a head with their number, a place for
/// each plan (where its clauses and operands start, and its entry), then clauses and operands of one plan after the
/// other. Filled, uploaded and used in one stream; it allocates nothing once made.
/// </summary>
public sealed class CudaFilterPlans : IDisposable
{
    /// <summary>The most plans of a batch.</summary>
    public const int PlanCountMax = 256;

    /// <summary>The most slots of a plan: a filter needs about as many as it is deep.</summary>
    public const int SlotCountMax = 128;

    private const int PlaceBytes = 16;

    private readonly PinnedBuffer<byte> _host;
    private readonly DeviceBuffer<byte> _device;
    private int _usedBytes;

    /// <summary>Allocates.</summary>
    /// <param name="context">Where.</param>
    /// <param name="capacityBytes">Room for the clauses (48 bytes each) and operands (8 bytes each) of a batch.</param>
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

    /// <summary>Bytes for clauses and operands.</summary>
    public int CapacityBytes { get; }

    /// <summary>How many plans there are; they are numbered from 0.</summary>
    public int PlanCount { get; private set; }

    /// <summary>What the kernel reads; its address never changes.</summary>
    public DeviceSlice<byte> OnDevice => _device.Slice();

    private static int HeadBytes => PlaceBytes * (1 + PlanCountMax);

    /// <summary>Bytes of device memory, and as many of pinned memory.</summary>
    /// <param name="capacityBytes">Room for clauses and operands.</param>
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

    /// <summary>Starts the next batch. The last one's upload must have run.</summary>
    public void Clear()
    {
        PlanCount = 0;
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

        Span<byte> bytes = _host.Span;
        int clausesAt = _usedBytes;
        Span<PlanClause> clauses = MemoryMarshal.Cast<byte, PlanClause>(bytes[clausesAt..])[..plan.Clauses.Length];
        int slotCount = CopyClauses(plan.Clauses, columns, clauses);
        int wordsAt = clausesAt + (int)Align((long)clauses.Length * Unsafe.SizeOf<PlanClause>());
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes[wordsAt..])[..plan.Words.Length];
        plan.Words.CopyTo(words);
        SkipBlocks(clauses, words, firstBlock);
        Span<int> place = MemoryMarshal.Cast<byte, int>(bytes.Slice(PlaceBytes * (1 + PlanCount), PlaceBytes));
        place[0] = clausesAt;
        place[1] = wordsAt;
        place[2] = plan.Entry;
        place[3] = slotCount;
        _usedBytes += (int)CountBytes(plan);
        return PlanCount++;
    }

    /// <summary>
    /// Enqueues the copy to the device, of as many bytes as are in use: not for a capture, which would keep the number.
    /// </summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public void EnqueueUpload(CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        MemoryMarshal.Cast<byte, int>(_host.Span)[0] = PlanCount;
        stream.EnqueueUpload(_host.Slice(0, _usedBytes), _device.Slice(0, _usedBytes));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _host.Dispose();
        _device.Dispose();
    }

    /// <summary>
    /// Copies clauses; only those that rows jump to keep a slot. Rows that go to the clause which runs next need none.
    /// </summary>
    /// <returns>How many slots there are.</returns>
    private static int CopyClauses(ReadOnlySpan<PlanClause> from, ReadOnlySpan<int> columns, Span<PlanClause> to)
    {
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = from[i] with { Column = from[i].Column < 0 ? from[i].Column : columns[from[i].Column], Slot = -1 };
        }

        int slotCount = 0;
        for (int i = 0; i < from.Length; i++)
        {
            if (from[i].Slot >= 0)
            {
                slotCount = Math.Max(slotCount, KeepSlot(from, from[i].WhenTrue, i, to));
                slotCount = Math.Max(slotCount, KeepSlot(from, from[i].WhenFalse, i, to));
            }
        }

        return slotCount;
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
