using System.Numerics;
using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>
/// One thread's survivor lists, one a slot. Where the next word of each goes, and from where on its list wants looking
/// after, stand side by side: a panel's lists are looked at once a tile, and few want anything.
/// </summary>
internal sealed unsafe class Survivors(ScanPlan plan, RowScorer scorer, Compactor compactor) : IDisposable
{
    /// <summary>Rows that a list holds beyond K, at least: those of a tile, and some.</summary>
    public const int RoomMin = TileRows.EntriesMax + 512;

    private const int SlotPadding = 8;

    private NativeBuffer? _buffer;
    private NativeBuffer? _levelBuffer;
    private NativeBuffer? _placeBuffer;
    private SurvivorList[] _lists = [];
    private ulong** _next;
    private ulong** _full;
    private int _capacity;
    private int _tileRows;

    /// <summary>Words of one list.</summary>
    public static int CapacityFor(int k, int roomMin) => checked(k + Math.Max(k, roomMin));

    /// <summary>The list of a slot, when all its rows are added.</summary>
    public ref SurvivorList this[int slot]
    {
        get
        {
            ref SurvivorList list = ref _lists[slot];
            list.Count = (int)(_next[slot] - list.Words);
            return ref list;
        }
    }

    /// <summary>Starts a scan.</summary>
    /// <param name="roomMin">Rows that a list holds beyond K, at least.</param>
    /// <param name="tileRows">Rows that are added between two calls of <see cref="Reserve"/>, at most.</param>
    public void Reset(int roomMin, int tileRows)
    {
        _capacity = CapacityFor(plan.K, roomMin);
        _tileRows = tileRows;
        ScanArrays.Grow(ref _lists, plan.SlotCount);
        ulong* words = (ulong*)ScanArrays.Grow(ref _buffer, (long)_capacity * plan.SlotCount * sizeof(ulong));
        long levelBytes = (long)LevelCounts.LevelCount * plan.SlotCount * sizeof(int);
        int* counts = (int*)ScanArrays.Grow(ref _levelBuffer, levelBytes);
        int padded = plan.SlotCount + SlotPadding;
        _next = (ulong**)ScanArrays.Grow(ref _placeBuffer, 2L * padded * sizeof(ulong*));
        _full = _next + padded;
        new Span<nint>(_next, padded).Clear();
        new Span<nint>(_full, padded).Fill(nint.MaxValue);
        for (int slot = 0; slot < plan.SlotCount; slot++)
        {
            _lists[slot] = new SurvivorList
            {
                Words = words + ((long)slot * _capacity),
                Levels = new LevelCounts(counts + ((long)slot * LevelCounts.LevelCount)),
                NextRaise = compactor.RaisesCuts ? plan.K + compactor.RaiseStep : SurvivorList.Never,
            };
            SetPlaces(slot, _lists[slot]);
        }
    }

    /// <summary>Raises the cuts of some slots where it is time, and makes room for a tile's rows.</summary>
    public void Reserve(int firstSlot, int slotCount)
    {
        for (int slot = firstSlot; slot < firstSlot + slotCount; slot += Vector<nint>.Count)
        {
            if (Vector.GreaterThanOrEqualAny(Vector.Load((nint*)_next + slot), Vector.Load((nint*)_full + slot)))
            {
                LookAfter(slot, Math.Min(slot + Vector<nint>.Count, firstSlot + slotCount));
            }
        }
    }

    /// <summary>Adds a row; there is room.</summary>
    public void Add(int slot, uint row, float score, float toLower)
    {
        float lower = float.IsFinite(score) ? score + toLower : LowerOfCanonical(slot, row);
        *_next[slot]++ = ScoredRow.Pack(lower, row);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer?.Dispose();
        _levelBuffer?.Dispose();
        _placeBuffer?.Dispose();
    }

    private void LookAfter(int firstSlot, int endSlot)
    {
        for (int slot = firstSlot; slot < endSlot; slot++)
        {
            if (_next[slot] < _full[slot])
            {
                continue;
            }

            ref SurvivorList list = ref this[slot];
            if (list.Count >= list.NextRaise)
            {
                compactor.RaiseCut(slot, ref list);
            }

            if (list.Count + _tileRows > _capacity)
            {
                compactor.MakeRoom(slot, ref list, _capacity, _tileRows);
            }

            SetPlaces(slot, list);
        }
    }

    private void SetPlaces(int slot, in SurvivorList list)
    {
        _next[slot] = list.Words + list.Count;
        _full[slot] = list.Words + Math.Min(list.NextRaise, _capacity - _tileRows + 1);
    }

    private float LowerOfCanonical(int slot, uint row)
        => compactor.LowerBound(slot, row, scorer.Score(slot, row));
}
