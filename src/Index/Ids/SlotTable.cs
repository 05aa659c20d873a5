using Linr.Memory;

namespace Linr.Index.Ids;

/// <summary>
/// An open-addressing hash set of row numbers or dictionary codes that stores nothing but the numbers: equality is the
/// probe's matter. 1,024 segments, chosen by the high bits of the hash, grow independently, so growth moves a
/// thousandth of the table at a time: by a quarter, so that a number costs 5 to 6.25 bytes, or by half up to some 3
/// million numbers, when it costs 5 to 7.5.
/// </summary>
/// <param name="hashOf">The hash of a number that is in the table.</param>
internal sealed class SlotTable(Func<uint, ulong> hashOf) : IDisposable
{
    /// <summary>No such number.</summary>
    public const uint None = SlotSegment.None;

    private const int SegmentBits = 10;

    /// <summary>Ids whose memory is asked for together: more than a core has requests in flight.</summary>
    private const int GroupLength = 64;

    private readonly SlotSegment[] _segments = new SlotSegment[1 << SegmentBits];
    private NativeBuffer? _reserved;

    /// <summary>How many numbers are in.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of native memory held.</summary>
    public long OwnedBytes => (_reserved?.Bytes ?? 0) + _segments.Sum(segment => segment.OwnedBytes);

    /// <summary>Bytes that <see cref="Reserve"/> takes for so many numbers.</summary>
    public static long BytesFor(long count)
        => count == 0 ? 0 : (1L << SegmentBits) * CapacityFor(count) * sizeof(uint);

    /// <summary>Spreads a key over 64 bits: bijective, so distinct integer keys have distinct hashes.</summary>
    public static ulong Mix(long key)
    {
        ulong hash = unchecked((ulong)key);
        hash = (hash ^ (hash >> 32)) * 0xD6E8_FEB8_6659_FD93;
        hash = (hash ^ (hash >> 32)) * 0xD6E8_FEB8_6659_FD93;
        return hash ^ (hash >> 32);
    }

    /// <summary>
    /// Makes an empty table ready for the numbers 0 to <paramref name="count"/>: one piece of memory for all segments,
    /// in huge pages where there are some, since look-ups go anywhere. A segment that outgrows its part leaves it.
    /// </summary>
    public void Reserve(long count)
    {
        if (count == 0)
        {
            return;
        }

        long capacity = CapacityFor(count);
        _reserved = new NativeBuffer(_segments.Length * capacity * sizeof(uint));
        for (int i = 0; i < _segments.Length; i++)
        {
            _segments[i].Reserve(_reserved, i * capacity, capacity, (uint)count);
        }
    }

    // The numbers of a segment spread around their mean; three standard deviations hardly ever have to grow.
    private static long CapacityFor(long count)
    {
        double mean = (double)count / (1 << SegmentBits);
        long each = (long)(mean + (3 * Math.Sqrt(mean)));
        return (each * 5 / 4) + 16 & ~15L;
    }

    /// <summary>The number that the probe looks for, or <see cref="None"/>.</summary>
    public uint Find<TProbe>(scoped in TProbe probe)
        where TProbe : struct, ISlotProbe, allows ref struct
        => Segment(probe.Hash).Find(probe);

    /// <summary>Puts in a number that is not in yet.</summary>
    public void Add(ulong hash, uint number)
    {
        Segment(hash).Add(hash, number, hashOf);
        Count++;
    }

    /// <summary>
    /// Finds the rows of many ids, a group at a time: ask the processor for the slots, read them and ask for the ids
    /// behind them, compare. (Groups that overlap touch more pages than the first translation cache holds: slower.)
    /// </summary>
    /// <param name="probes">How the ids are looked up.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="rows">As long as <paramref name="ids"/>: their rows, or <see cref="None"/>.</param>
    /// <returns>How many were found.</returns>
    public int FindAll<TId, TProbes>(TProbes probes, ReadOnlySpan<TId> ids, Span<uint> rows)
        where TProbes : struct, IIdProbes<TId>
    {
        Span<ulong> hashes = stackalloc ulong[GroupLength];
        int found = 0;
        for (int first = 0; first < ids.Length; first += GroupLength)
        {
            ReadOnlySpan<TId> group = ids.Slice(first, Math.Min(GroupLength, ids.Length - first));
            Span<uint> groupRows = rows.Slice(first, group.Length);
            for (int i = 0; i < group.Length; i++)
            {
                ulong hash = probes.Hash(group[i]);
                hashes[i] = hash;
                Segment(hash).Prefetch(hash);
            }

            for (int i = 0; i < groupRows.Length; i++)
            {
                uint row = Segment(hashes[i]).Guess(hashes[i]);
                groupRows[i] = row;
                if (row != None)
                {
                    probes.Prefetch(row);
                }
            }

            for (int i = 0; i < group.Length; i++)
            {
                uint row = groupRows[i];
                if (row != None && !probes.Matches(row, group[i]))
                {
                    row = probes.Find(group[i], this);
                    groupRows[i] = row;
                }

                found += row == None ? 0 : 1;
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SlotSegment segment in _segments)
        {
            segment.Dispose();
        }

        _reserved?.Dispose();
    }

    private ref SlotSegment Segment(ulong hash) => ref _segments[hash >> (64 - SegmentBits)];
}
