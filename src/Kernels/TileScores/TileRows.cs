using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>
/// The rows of one tile: entry e is the row at <paramref name="first"/> + <paramref name="offsets"/>[e] *
/// <paramref name="strideBytes"/>. Dense and gathered tiles differ in the offsets only. The offsets go on for
/// <see cref="PaddedEntries"/> entries past the last with those of other rows, so that kernels take whole groups and
/// prefetch ahead.
/// </summary>
internal readonly unsafe struct TileRows(
    byte* first, nint strideBytes, ushort* offsets, int count, bool isScattered)
{
    /// <summary>Entries of a tile at most; a multiple of 64 and of every kernel's group of rows.</summary>
    public const int EntriesMax = 192;

    /// <summary>Valid offsets past the last entry.</summary>
    public const int PaddedEntries = 24;

    /// <summary>Bytes that the cache moves at once.</summary>
    public const int LineBytes = 64;

    private const int SequentialAheadBytes = 2048;
    private const int ScatteredAhead = 4;

    /// <summary>How many entries.</summary>
    public int Count { get; } = count;

    /// <summary>The address of entry <paramref name="entry"/>'s row.</summary>
    public byte* this[int entry]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => first + (offsets[entry] * strideBytes);
    }

    /// <summary>
    /// How far past the row of an entry to prefetch while it is read: the row four entries on, or, where rows lie side
    /// by side, a fixed distance, at which one query's loop was fastest (Zen 3: 90 % of the read bandwidth, without
    /// 82).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint PrefetchDistance(int entry)
        => isScattered ? (nint)(this[entry + ScatteredAhead] - this[entry]) : SequentialAheadBytes;

    /// <summary>
    /// Where a panel's prefetch of row <paramref name="ordinal"/> of the group from <paramref name="entry"/> starts.
    /// Rows side by side are asked for in the order of their addresses, a line for each row of the group at a time,
    /// which the memory likes best; scattered rows all at once, line by line.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* PrefetchStart(int entry, int ordinal)
        => isScattered ? this[entry + ordinal] : this[entry] + (ordinal * LineBytes);

    /// <summary>How far a panel's prefetch moves on after each round of a line a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint PrefetchStep(int groupRows) => isScattered ? LineBytes : groupRows * LineBytes;
}
