using System.Numerics;
using System.Numerics.Tensors;
using Linr.Kernels.Filter;
using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>
/// The masks of one unit of rows: a mask a distinct filter, the live mask ANDed in; for a panel of several filters a
/// word of slots a row too. One a thread.
/// </summary>
internal sealed unsafe class UnitMasks(ScanPlan plan) : IDisposable
{
    /// <summary>
    /// Words of a mask and a line more: masks that lie a power of two apart would take each other's place in the cache.
    /// </summary>
    private const int Stride = (UnitOrder.UnitRowsMax / 64) + 8;

    private NativeBuffer? _buffer;
    private NativeBuffer? _wordBuffer;
    private ulong* _masks;
    private uint* _words;
    private uint* _slotWords;
    private long[] _passed = [];
    private int[] _counts = [];
    private int _wordCount;

    /// <summary>Rows that passed a distinct filter since <see cref="Reset"/>.</summary>
    public long Passed(int filter) => _passed[filter];

    /// <summary>The mask of a distinct filter; after the last comes the union of the last group asked for.</summary>
    public ulong* Mask(int filter) => _masks + ((long)filter * Stride);

    /// <summary>The mask that <see cref="Union"/> gave last.</summary>
    public ulong* LastUnion { get; private set; }

    /// <summary>Starts a scan.</summary>
    public void Reset()
    {
        long bytes = (plan.FilterCount + 1L) * Stride * sizeof(ulong);
        _masks = (ulong*)ScanArrays.Grow(ref _buffer, bytes);
        int shared = (plan.FilterCount + SharedClauses.FiltersMax - 1) / SharedClauses.FiltersMax;
        long words = plan.FilterCount == 1 ? 0 : (shared + 1L) * UnitOrder.UnitRowsMax;
        _words = (uint*)ScanArrays.Grow(ref _wordBuffer, words * sizeof(uint));
        _slotWords = _words + ((long)shared * UnitOrder.UnitRowsMax);
        ScanArrays.Grow(ref _passed, plan.FilterCount);
        ScanArrays.Grow(ref _counts, plan.FilterCount);
        Array.Clear(_passed, 0, plan.FilterCount);
    }

    /// <summary>Evaluates all filters on a unit.</summary>
    public void Evaluate(in UnitRows unit)
    {
        _wordCount = (unit.Count + 63) / 64;
        ScanRequest request = plan.Request;
        nint live = request.LiveMasks.Length == 0 ? 0 : request.LiveMasks.Span[unit.Block];
        ReadOnlySpan<ulong> liveWords =
            live == 0 ? default : new ReadOnlySpan<ulong>((ulong*)live + (unit.First / 64), _wordCount);
        for (int first = 0; first < plan.FilterCount; first += SharedClauses.FiltersMax)
        {
            EvaluateFrom(first, unit);
            if (live != 0 && plan.SharedFrom(first).IsWhole)
            {
                ClearDead(Words(first), liveWords);
            }
        }

        for (int filter = 0; filter < plan.FilterCount; filter++)
        {
            if (live != 0)
            {
                Span<ulong> mask = new(Mask(filter), _wordCount);
                TensorPrimitives.BitwiseAnd(mask, liveWords, mask);
            }

            _counts[filter] = PopCount(Mask(filter), _wordCount);
            _passed[filter] += _counts[filter];
        }
    }

    /// <summary>The rows that pass any filter of a group, and how many there are.</summary>
    public ulong* Union(in PanelGroup group, out int count)
    {
        LastUnion = Mask(group.FirstFilter);
        count = _counts[group.FirstFilter];
        if (group.FilterCount > 1)
        {
            Span<ulong> words = new(Mask(plan.FilterCount), _wordCount);
            new Span<ulong>(LastUnion, _wordCount).CopyTo(words);
            for (int filter = 1; filter < group.FilterCount; filter++)
            {
                ReadOnlySpan<ulong> next = new(Mask(group.FirstFilter + filter), _wordCount);
                TensorPrimitives.BitwiseOr(words, next, words);
            }

            LastUnion = Mask(plan.FilterCount);
            count = PopCount(LastUnion, _wordCount);
        }

        return LastUnion;
    }

    /// <summary>
    /// The slots of a panel whose filters a row passes, a word a row. To be called right after
    /// <see cref="Union"/> for a group of several filters, which is one panel.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="slotCount">Slots of the panel.</param>
    /// <param name="shift">The bit of the panel's first slot.</param>
    public uint* SlotWords(in PanelGroup group, int slotCount, out int shift)
    {
        // Filters lie in the order of slots: where each has one slot, their words serve as they are.
        shift = group.FirstFilter % SharedClauses.FiltersMax;
        bool isOneEach = group.FilterCount == slotCount && shift + slotCount <= SharedClauses.FiltersMax;
        if (isOneEach && plan.SharedFrom(group.FirstFilter).IsWhole)
        {
            return Words(group.FirstFilter);
        }

        shift = 0;
        int firstSlot = group.FirstPanel * plan.Queries.PanelSlots;
        Span<ulong> masks = stackalloc ulong[slotCount];
        for (int word = 0; word < _wordCount; word++)
        {
            if (LastUnion[word] == 0)
            {
                new Span<uint>(_slotWords + (64 * word), 64).Clear();
                continue;
            }

            for (int slot = 0; slot < slotCount; slot++)
            {
                masks[slot] = Mask(plan.FilterOf(firstSlot + slot))[word];
            }

            EntryMasks.Transpose(masks, _slotWords + (64 * word));
        }

        return _slotWords;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer?.Dispose();
        _wordBuffer?.Dispose();
    }

    private uint* Words(int filter) => _words + ((long)(filter / SharedClauses.FiltersMax) * UnitOrder.UnitRowsMax);

    private static void ClearDead(uint* words, ReadOnlySpan<ulong> live)
    {
        for (int i = 0; i < live.Length; i++)
        {
            for (ulong dead = ~live[i]; dead != 0; dead &= dead - 1)
            {
                words[(64 * i) + BitOperations.TrailingZeroCount(dead)] = 0;
            }
        }
    }

    /// <summary>Evaluates the filters that are looked at together.</summary>
    private void EvaluateFrom(int firstFilter, in UnitRows unit)
    {
        SharedClauses shared = plan.SharedFrom(firstFilter);
        if (!shared.IsEmpty)
        {
            shared.Evaluate(unit.Block, unit.First, unit.Count, Words(firstFilter), Mask(firstFilter), Stride);
        }

        int end = Math.Min(firstFilter + SharedClauses.FiltersMax, plan.FilterCount);
        for (int filter = firstFilter; filter < end; filter++)
        {
            Span<ulong> mask = new(Mask(filter), _wordCount);
            if (plan.Filter(filter) is not RowFilter rowFilter)
            {
                FillOnes(mask, unit.Count);
            }
            else if (!shared.Has(filter - firstFilter))
            {
                rowFilter.Evaluate(unit.Block, unit.First, unit.Count, mask);
            }
        }
    }

    private static void FillOnes(Span<ulong> mask, int rowCount)
    {
        mask.Fill(ulong.MaxValue);
        if (rowCount % 64 != 0)
        {
            mask[^1] = (1UL << (rowCount % 64)) - 1;
        }
    }

    private static int PopCount(ulong* words, int count)
    {
        int sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += BitOperations.PopCount(words[i]);
        }

        return sum;
    }
}
