using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>One thread's survivor lists, one a slot.</summary>
internal sealed unsafe class Survivors(ScanPlan plan, RowScorer scorer, Compactor compactor) : IDisposable
{
    private const int RoomMin = 1024;

    /// <summary>Words are counted when a share of K has been added: the cut is late by as many at most.</summary>
    private const int CountSteps = 8;
    private const int CountStepMin = 64;

    private NativeBuffer? _buffer;
    private NativeBuffer? _levelBuffer;
    private SurvivorList[] _lists = [];
    private int _capacity;
    private int _countStep;

    /// <summary>Words of one list.</summary>
    public static int CapacityFor(int k) => checked(k + Math.Max(k, RoomMin));

    /// <summary>The list of a slot.</summary>
    public ref SurvivorList this[int slot] => ref _lists[slot];

    /// <summary>Starts a scan.</summary>
    public void Reset()
    {
        _capacity = CapacityFor(plan.K);
        _countStep = Math.Max(CountStepMin, plan.K / CountSteps);
        ScanArrays.Grow(ref _lists, plan.SlotCount);
        ulong* words = (ulong*)ScanArrays.Grow(ref _buffer, (long)_capacity * plan.SlotCount * sizeof(ulong));
        long levelBytes = (long)LevelCounts.LevelCount * plan.SlotCount * sizeof(int);
        int* counts = (int*)ScanArrays.Grow(ref _levelBuffer, levelBytes);
        for (int slot = 0; slot < plan.SlotCount; slot++)
        {
            _lists[slot] = new SurvivorList
            {
                Words = words + ((long)slot * _capacity),
                Levels = new LevelCounts(counts + ((long)slot * LevelCounts.LevelCount)),
                Counted = SurvivorList.NotCounted,
            };
        }
    }

    /// <summary>Makes sure that <paramref name="count"/> rows can be added to a slot's list.</summary>
    public void Reserve(int slot, int count)
    {
        ref SurvivorList list = ref _lists[slot];
        if (list.Count - list.Counted >= _countStep)
        {
            compactor.RaiseCut(slot, ref list);
        }

        if (list.Count + count > _capacity)
        {
            compactor.MakeRoom(slot, ref list, _capacity, count);
        }
    }

    /// <summary>Adds a row; there is room.</summary>
    public void Add(int slot, uint row, float score, float toLower)
    {
        ref SurvivorList list = ref _lists[slot];
        float lower = float.IsFinite(score) ? score + toLower : LowerOfCanonical(slot, row);
        list.Words[list.Count++] = ScoredRow.Pack(lower, row);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer?.Dispose();
        _levelBuffer?.Dispose();
    }

    private float LowerOfCanonical(int slot, uint row)
        => compactor.LowerBound(slot, row, scorer.Score(slot, row));
}
