using System.Numerics;
using System.Numerics.Tensors;
using Linr.Kernels.Filter;
using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>The masks of one unit of rows: a mask a distinct filter, the live mask ANDed in. One a thread.</summary>
internal sealed unsafe class UnitMasks(ScanPlan plan) : IDisposable
{
    private NativeBuffer? _buffer;
    private ulong* _masks;
    private long[] _passed = [];
    private int[] _counts = [];
    private int _wordCount;

    /// <summary>Rows that passed a distinct filter since <see cref="Reset"/>.</summary>
    public long Passed(int filter) => _passed[filter];

    /// <summary>The mask of a distinct filter; after the last comes the union of the last group asked for.</summary>
    public ulong* Mask(int filter) => _masks + ((long)filter * UnitOrder.UnitRowsMax / 64);

    /// <summary>The mask that <see cref="Union"/> gave last.</summary>
    public ulong* LastUnion { get; private set; }

    /// <summary>Starts a scan.</summary>
    public void Reset()
    {
        long bytes = (plan.FilterCount + 1L) * UnitOrder.UnitRowsMax / 8;
        _masks = (ulong*)ScanArrays.Grow(ref _buffer, bytes);
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
        for (int filter = 0; filter < plan.FilterCount; filter++)
        {
            Span<ulong> mask = new(Mask(filter), _wordCount);
            if (plan.Filter(filter) is RowFilter rowFilter)
            {
                rowFilter.Evaluate(unit.Block, unit.First, unit.Count, mask);
            }
            else
            {
                FillOnes(mask, unit.Count);
            }

            if (live != 0)
            {
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

    /// <inheritdoc/>
    public void Dispose() => _buffer?.Dispose();

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
