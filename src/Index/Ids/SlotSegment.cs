using Linr.Memory;

namespace Linr.Index.Ids;

/// <summary>
/// One segment of a <see cref="SlotTable"/>: slots of 4 bytes, linear probing from the slot that the low half of the
/// hash picks. A slot holds number + 1 in its low bits (0 is empty); the bits that the numbers of this segment do not
/// need hold a tag from the hash, so that most wrong slots are passed without looking at what they stand for.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "It is disposable; the rule overlooks structs. A class costs a cache miss.")]
internal struct SlotSegment : IDisposable
{
    /// <summary>No such number.</summary>
    public const uint None = uint.MaxValue;

    private const int FirstCapacity = 16;
    private const int SmallCapacity = 4_096;

    private NativeBuffer? _buffer;
    private bool _isShared;
    private long _start;
    private NativeSlice<uint> _slots;
    private uint _numberMask;

    /// <summary>How many numbers are in.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of native memory held, but for memory that segments share.</summary>
    public readonly long OwnedBytes => _isShared || _buffer is null ? 0 : _buffer.Bytes;

    /// <summary>Asks for the slot where a search for <paramref name="hash"/> starts.</summary>
    public readonly void Prefetch(ulong hash)
    {
        if (!_slots.IsEmpty)
        {
            _slots.Prefetch(Start(hash));
        }
    }

    /// <summary>
    /// The first number whose tag agrees, a good guess of what will be looked at; or <see cref="None"/>.
    /// </summary>
    public readonly uint Guess(ulong hash)
    {
        if (_slots.IsEmpty)
        {
            return None;
        }

        uint tag = Tag(hash);
        for (long slot = Start(hash); ; slot = Next(slot))
        {
            uint found = _slots[slot];
            if (found == 0 || (found & ~_numberMask) == tag)
            {
                return (found & _numberMask) - 1;
            }
        }
    }

    /// <summary>The number that the probe looks for, or <see cref="None"/>.</summary>
    public readonly uint Find<TProbe>(scoped in TProbe probe)
        where TProbe : struct, ISlotProbe, allows ref struct
    {
        if (_slots.IsEmpty)
        {
            return None;
        }

        uint tag = Tag(probe.Hash);
        for (long slot = Start(probe.Hash); ; slot = Next(slot))
        {
            uint found = _slots[slot];
            if (found == 0)
            {
                return None;
            }

            uint number = (found & _numberMask) - 1;
            if ((found & ~_numberMask) == tag && probe.Matches(number))
            {
                return number;
            }
        }
    }

    /// <summary>Puts in a number that is not in yet.</summary>
    /// <param name="hash">Its hash.</param>
    /// <param name="number">The number.</param>
    /// <param name="hashOf">The hash of a number that is in already, for when the segment has to grow.</param>
    public void Add(ulong hash, uint number, Func<uint, ulong> hashOf)
    {
        // At most 4/5 full: then a search sees about 3 slots on a hit and 13 on a miss, most passed by their tag.
        if ((Count + 1) * 5L > _slots.Length * 4 || number + 1 > _numberMask)
        {
            Grow(number, hashOf);
        }

        Put(hash, number);
        Count++;
    }

    /// <summary>Makes an empty segment ready for numbers below <paramref name="limit"/> in shared memory.</summary>
    /// <param name="buffer">The memory, zeroed, that segments share and somebody else owns.</param>
    /// <param name="start">The first slot that is this segment's.</param>
    /// <param name="capacity">How many are.</param>
    /// <param name="limit">What all numbers are below.</param>
    public void Reserve(NativeBuffer buffer, long start, long capacity, uint limit)
    {
        (_buffer, _isShared, _start) = (buffer, true, start);
        _slots = buffer.Slice<uint>().Slice(start, capacity);
        _numberMask = uint.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount(limit);
    }

    /// <summary>Frees the slots, unless they are shared.</summary>
    public readonly void Dispose()
    {
        if (!_isShared)
        {
            _buffer?.Dispose();
        }
    }

    private void Grow(uint number, Func<uint, ulong> hashOf)
    {
        NativeBuffer? old = _isShared ? null : _buffer;
        NativeSlice<uint> oldSlots = _slots;
        uint oldMask = _numberMask;
        bool isFull = (Count + 1) * 5L > oldSlots.Length * 4;
        long growth = oldSlots.Length < SmallCapacity ? oldSlots.Length / 2 : oldSlots.Length / 4;
        long capacity = isFull ? Math.Max(FirstCapacity, oldSlots.Length + growth + 15 & ~15L) : oldSlots.Length;
        _buffer = new NativeBuffer(capacity * sizeof(uint));
        (_isShared, _start) = (false, 0);
        _slots = _buffer.Slice<uint>();
        _numberMask = uint.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount(number + 1);
        for (long slot = 0; slot < oldSlots.Length; slot++)
        {
            uint found = oldSlots[slot] & oldMask;
            if (found != 0)
            {
                Put(hashOf(found - 1), found - 1);
            }
        }

        old?.Dispose();
    }

    private readonly void Put(ulong hash, uint number)
    {
        long slot = Start(hash);
        while (_slots[slot] != 0)
        {
            slot = Next(slot);
        }

        _buffer!.Span<uint>(_start + slot, 1)[0] = Tag(hash) | (number + 1);
    }

    private readonly uint Tag(ulong hash) => (uint)(hash >> 22) & ~_numberMask;

    private readonly long Start(ulong hash) => (uint)hash * _slots.Length >> 32;

    private readonly long Next(long slot) => slot + 1 == _slots.Length ? 0 : slot + 1;
}
