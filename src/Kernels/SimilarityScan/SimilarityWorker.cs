using System.Numerics;
using System.Numerics.Tensors;
using Linr.Kernels.Similarities;
using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>
/// What one thread does in a scan by a learned similarity: masks a unit of rows, lays the rows that pass side by side,
/// and scores them for every query of the filter.
/// </summary>
internal sealed unsafe class SimilarityWorker : IDisposable
{
    private const int MaskWords = UnitOrder.UnitRowsMax / 64;

    /// <summary>Words of a list at first: where K is large, a thread may never see so many.</summary>
    private const int FirstWords = 4_096;

    private readonly ulong[] _mask = new ulong[MaskWords];
    private readonly uint[] _rows = new uint[SimilarityTile.Rows];
    private readonly float[] _logits = new float[SimilarityTile.Rows];
    private readonly OrderSort _sort;
    private SimilarityPlan _plan = null!;
    private TileGather? _gather;
    private NativeBuffer? _scratch;
    private ulong[][] _lists = [];
    private int[] _counts = [];
    private float[] _cuts = [];
    private long[] _passed = [];

    public SimilarityWorker() => _sort = new OrderSort(() => _plan.Request.Order);

    /// <summary>Counts hits by group.</summary>
    public GroupCaps Caps { get; } = new();

    /// <summary>Rows whose whole logit was computed, summed over queries.</summary>
    public long RowsScored { get; private set; }

    /// <summary>Rows that passed a distinct filter.</summary>
    public long Passed(int filter) => _passed[filter];

    /// <summary>What is kept for a query: all that may be among the best.</summary>
    public ReadOnlySpan<ulong> Kept(int query) => _lists[query].AsSpan(0, _counts[query]);

    /// <summary>Starts a scan.</summary>
    public void Reset(SimilarityPlan plan)
    {
        _plan = plan;
        int queries = plan.Request.QueryCount;
        ScanArrays.Grow(ref _lists, queries);
        ScanArrays.Grow(ref _counts, queries);
        ScanArrays.Grow(ref _cuts, queries);
        ScanArrays.Grow(ref _passed, plan.FilterCount);
        Array.Clear(_counts);
        Array.Clear(_passed);
        RowsScored = 0;
        for (int query = 0; query < queries; query++)
        {
            _cuts[query] = plan.ScoreMin(query);
            _lists[query] ??= [];
            ScanArrays.Grow(ref _lists[query], (int)Math.Min(FirstWords, WordsMax));
        }

        ScanArrays.Grow(ref _scratch, (long)plan.Similarity.ScratchFloats * sizeof(float));
        (_gather ??= new TileGather()).Reset(plan);
    }

    /// <summary>Scans one unit.</summary>
    public void Scan(in UnitRows unit)
    {
        for (int filter = 0; filter < _plan.FilterCount; filter++)
        {
            Span<ulong> mask = Mask(unit, filter);
            int count = 0;
            for (int word = 0; word < mask.Length; word++)
            {
                for (ulong bits = mask[word]; bits != 0; bits &= bits - 1)
                {
                    _rows[count++] = unit.FirstRow + (uint)((word * 64) + BitOperations.TrailingZeroCount(bits));
                    if (count == _rows.Length)
                    {
                        ScoreTile(filter, count);
                        count = 0;
                    }
                }
            }

            ScoreTile(filter, count);
        }
    }

    /// <summary>Scores a query's candidates.</summary>
    public void ScoreCandidates(int query)
    {
        ReadOnlySpan<uint> rows = _plan.Request.Candidates.Span[query].Span;
        for (int first = 0; first < rows.Length; first += SimilarityTile.Rows)
        {
            int count = Math.Min(SimilarityTile.Rows, rows.Length - first);
            rows.Slice(first, count).CopyTo(_rows);
            float* tile = _gather!.Load(_rows.AsSpan(0, count));
            fixed (float* logits = _logits)
            {
                Score(query, tile, count, logits);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gather?.Dispose();
        _scratch?.Dispose();
    }

    private long WordsMax => (2L * _plan.K) + SimilarityTile.Rows;

    private Span<ulong> Mask(in UnitRows unit, int filter)
    {
        ScanRequest request = _plan.Request;
        Span<ulong> mask = _mask.AsSpan(0, (unit.Count + 63) / 64);
        if (_plan.Filter(filter) is { } tests)
        {
            tests.Evaluate(unit.Block, unit.First, unit.Count, mask);
        }
        else
        {
            mask.Fill(ulong.MaxValue);
            mask[^1] = ulong.MaxValue >> (int)(-(uint)unit.Count % 64);
        }

        nint live = request.LiveMasks.Length == 0 ? 0 : request.LiveMasks.Span[unit.Block];
        if (live != 0)
        {
            TensorPrimitives.BitwiseAnd(
                mask, new ReadOnlySpan<ulong>((ulong*)live + (unit.First / 64), mask.Length), mask);
        }

        foreach (ulong word in mask)
        {
            _passed[filter] += BitOperations.PopCount(word);
        }

        return mask;
    }

    private void ScoreTile(int filter, int count)
    {
        if (count == 0)
        {
            return;
        }

        float* tile = _gather!.Load(_rows.AsSpan(0, count));
        fixed (float* logits = _logits)
        {
            for (int query = 0; query < _plan.Request.QueryCount; query++)
            {
                if (_plan.FilterOf(query) == filter)
                {
                    Score(query, tile, count, logits);
                }
            }
        }
    }

    private void Score(int query, float* tile, int count, float* logits)
    {
        int scored = _plan.Similarity.Score(
            _plan.Packed(query), tile, count, _cuts[query], (float*)_scratch!.Address, logits);
        RowsScored += Math.Min(count, scored);
        if (_plan.Similarity.ReadsRows)
        {
            ThrowIfNotFinite(count);
        }

        Keep(query, count);
    }

    private void ThrowIfNotFinite(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!float.IsFinite(_logits[i]))
            {
                throw new LogitException(_rows[i], _logits[i]);
            }
        }
    }

    private void Keep(int query, int count)
    {
        ref int kept = ref _counts[query];
        if (kept + count > _lists[query].Length && _lists[query].Length < WordsMax)
        {
            ScanArrays.Grow(ref _lists[query], (int)Math.Min(2L * _lists[query].Length, Array.MaxLength));
        }

        if (kept + count > _lists[query].Length)
        {
            kept = _plan.Cut(_lists[query].AsSpan(0, kept), _sort, Caps);
            if (kept == _plan.K)
            {
                _cuts[query] = Math.Max(_cuts[query], ScoredRow.Score(_lists[query][kept - 1]));
            }
        }

        float cut = _cuts[query];
        for (int i = 0; i < count; i++)
        {
            // Minus infinity stands for rows that cannot reach. Plus zero, for minus zero becomes zero.
            if (_logits[i] >= cut && _logits[i] != float.NegativeInfinity)
            {
                _lists[query][kept++] = ScoredRow.Pack(_logits[i] + 0f, _rows[i]);
            }
        }
    }
}
