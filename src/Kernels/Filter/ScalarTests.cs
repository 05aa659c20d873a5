using System.Numerics;
using System.Runtime.CompilerServices;

namespace Linr.Kernels.Filter;

/// <summary>A test of one element at a time.</summary>
internal interface IScalarTest<T>
    where T : unmanaged
{
    bool Holds(T element);
}

/// <summary>
/// The code's bit is set in a bitmap that starts at a code and is followed by a word of zeros, where codes outside it
/// are looked up: a branch on the data costs three times as much.
/// </summary>
internal readonly unsafe struct BitmapTest<T>(ulong* bitmap, int wordCount, ulong low) : IScalarTest<T>
    where T : unmanaged, IBinaryInteger<T>
{
    private readonly ulong _bits = 64UL * (ulong)wordCount;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Holds(T element)
    {
        ulong bit = Math.Min(ulong.CreateTruncating(element) - low, _bits);
        return (bitmap[bit / 64] >> (int)(bit % 64) & 1) != 0;
    }
}

/// <summary>The element is in a hash set.</summary>
internal readonly unsafe struct HashTest<T>(ulong* table, int wordCount, ulong empty) : IScalarTest<T>
    where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Holds(T element)
    {
        ulong value = ulong.CreateTruncating(element);
        int slot = FilterPlan.HashSlot(value, wordCount);
        while (table[slot] != empty)
        {
            if (table[slot] == value)
            {
                return true;
            }

            slot = (slot + 1) & (wordCount - 1);
        }

        return false;
    }
}
