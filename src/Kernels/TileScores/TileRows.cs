using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>
/// The rows of one tile: entry e is the row at <paramref name="first"/> + <paramref name="offsets"/>[e] *
/// <paramref name="strideBytes"/>. Dense and gathered tiles differ in the offsets only. The offsets go on for
/// <see cref="PaddedEntries"/> entries past the last with copies of a valid one, so that kernels take whole groups.
/// </summary>
internal readonly unsafe struct TileRows(byte* first, nint strideBytes, ushort* offsets, int count)
{
    /// <summary>Entries of a tile at most; a multiple of 64 and of every kernel's group of rows.</summary>
    public const int EntriesMax = 192;

    /// <summary>Valid offsets past the last entry.</summary>
    public const int PaddedEntries = 8;

    /// <summary>How many entries.</summary>
    public int Count { get; } = count;

    /// <summary>The address of entry <paramref name="entry"/>'s row.</summary>
    public byte* this[int entry]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => first + (offsets[entry] * strideBytes);
    }
}
