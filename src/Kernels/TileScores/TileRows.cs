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
    /// <summary>
    /// Entries of a tile at most; a multiple of 64 and of every kernel's group of rows. A small batch reads four
    /// stretches of a tile at a time: the longer they are the better (Zen 3: 112 % of one stream's speed with stretches
    /// of 48 rows of 512 bytes, 122 % with 192; Zen 5: half rows at 87 % of the read bandwidth with 384, 82 with 192).
    /// </summary>
    public const int EntriesMax = 1536;

    /// <summary>Entries of a tile that panel after panel reads, so that it stays in the second cache.</summary>
    public const int PanelEntriesMax = 192;

    /// <summary>Valid offsets past the last entry.</summary>
    public const int PaddedEntries = 24;

    /// <summary>Bytes that the cache moves at once.</summary>
    public const int LineBytes = 64;

    /// <summary>How far ahead small batches ask for rows that lie side by side.</summary>
    public const int SequentialAheadBytes = 2048;

    private const int ScatteredAhead = 2;

    /// <summary>How many entries.</summary>
    public int Count { get; } = count;

    /// <summary>Bytes from the first row to the last's end, where they lie side by side.</summary>
    public nint Bytes => Count * strideBytes;

    /// <summary>Whether the rows do not lie side by side.</summary>
    public bool IsScattered => isScattered;

    /// <summary>The address of entry <paramref name="entry"/>'s row.</summary>
    public byte* this[int entry]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => first + (offsets[entry] * strideBytes);
    }

    /// <summary>
    /// What a small batch asks for while it reads <paramref name="entry"/>'s <paramref name="row"/>: the same stretch's
    /// second row on, or, where rows lie side by side, what lies <paramref name="aheadBytes"/> further (Sapphire
    /// Rapids: half rows at 90 % of the read bandwidth, without 74; Zen 5: 2 KiB in 0.94 of the time of 1 KiB for half
    /// rows, 4 KiB in 1.1).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Ahead(int entry, byte* row, nint aheadBytes)
        => isScattered ? this[entry + ScatteredAhead] : row + aheadBytes;

    /// <summary>
    /// How far ahead to ask for rows that lie side by side: from the end of a stretch on, for the same stretch of the
    /// tile that follows.
    /// </summary>
    /// <param name="entry">An entry of the first stretch.</param>
    /// <param name="apart">Entries of a stretch.</param>
    /// <param name="stretches">Stretches of the tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint AheadBytes(int entry, int apart, int stretches)
        => (apart - entry) * strideBytes > SequentialAheadBytes
            ? SequentialAheadBytes
            : SequentialAheadBytes + ((stretches - 1) * apart * strideBytes);

    /// <summary>
    /// The row of the entry after <paramref name="entry"/>, whose own is <paramref name="row"/>. Past the last entry
    /// only the offsets know: the last row may be the last of the memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Next(int entry, byte* row)
        => isScattered || entry + 1 >= Count ? this[entry + 1] : row + strideBytes;

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
