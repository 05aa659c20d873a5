using System.Numerics;
using System.Runtime.CompilerServices;

namespace Linr.Kernels.Filter;

/// <summary>
/// The codes of all sets and their words, for few codes of a large dictionary: nearly all slots are empty, so that most
/// look-ups end at the first. A slot is two words, the code (0 in an empty one) and its word; the table starts empty,
/// with all words <see cref="Absent"/>.
/// </summary>
/// <param name="slots">The slots.</param>
/// <param name="slotCount">How many, a power of two, 2 or more, many more than codes.</param>
/// <param name="absent">The word of a code that is not in the table.</param>
internal readonly unsafe struct HashedTable(uint* slots, int slotCount, uint absent) : ICodeTable
{
    /// <summary>The odd factor whose product with a code has its slot in the high bits.</summary>
    internal const uint HashFactor = 0x9E37_79B1;

    private readonly int _shift = Shift(slotCount);

    /// <inheritdoc/>
    public uint Absent => absent;

    /// <summary>How far a product is shifted to leave a slot's number.</summary>
    public static int Shift(int slotCount) => 32 - BitOperations.Log2((uint)slotCount);

    /// <summary>
    /// Copies a table so that each code has the slot that its hash wants, with another factor: a look-up of any code ends
    /// at the first slot then. Few codes have such a factor among a few.
    /// </summary>
    /// <param name="from">[slot] a code, or 0, and its word.</param>
    /// <param name="to">As many: first the code of each slot, 0 in an empty one, then the word of each.</param>
    /// <param name="absent">The word of empty slots: that of codes that are not in the table.</param>
    /// <param name="factor">The factor.</param>
    public static bool TrySpread(ReadOnlySpan<uint> from, Span<uint> to, uint absent, out uint factor)
    {
        const int Tries = 64;
        factor = HashFactor;
        for (int i = 0; i < Tries; i++)
        {
            if (Spread(from, to, absent, factor))
            {
                return true;
            }

            factor = (factor * HashFactor) + 2;
        }

        return false;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Word(uint code) => Slot(code)[1];

    /// <inheritdoc/>
    public uint* Entry(uint code)
    {
        uint* slot = Slot(code);
        slot[0] = code;
        return slot + 1;
    }

    private static bool Spread(ReadOnlySpan<uint> from, Span<uint> to, uint absent, uint factor)
    {
        int slots = from.Length / 2;
        int shift = Shift(slots);
        to[..slots].Clear();
        to[slots..].Fill(absent);

        for (int slot = 0; slot < from.Length; slot += 2)
        {
            if (from[slot] == 0)
            {
                continue;
            }

            int place = (int)((from[slot] * factor) >> shift);
            if (to[place] != 0)
            {
                return false;
            }

            to[place] = from[slot];
            to[slots + place] = from[slot + 1];
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint* Slot(uint code)
    {
        uint place = (code * HashFactor) >> _shift;
        uint* slot = slots + (2 * place);
        while (slot[0] != code && slot[0] != 0)
        {
            place = (place + 1) & ((uint)slotCount - 1);
            slot = slots + (2 * place);
        }

        return slot;
    }
}
