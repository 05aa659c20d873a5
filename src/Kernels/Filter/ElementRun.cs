using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Linr.Kernels.Filter;

/// <summary>
/// Runs a test over consecutive elements: one bit an element, 64 a word, bits past the last element zero. Compiled
/// fully at once: the first searches would otherwise run three times slower (FilterBenchmarks).
/// </summary>
internal static unsafe class ElementRun
{
    /// <summary>In a word with fewer rows waiting, a scalar test looks at those alone.</summary>
    private const int SparseMax = 32;

    /// <summary>Runs a vector test.</summary>
    /// <param name="elements">The elements.</param>
    /// <param name="count">How many.</param>
    /// <param name="test">The test.</param>
    /// <param name="pending">A word that is zero need not be computed and comes back zero; null computes all.</param>
    /// <param name="bits">ceil(count / 64) words.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Vector<T, TTest>(T* elements, int count, in TTest test, ulong* pending, ulong* bits)
        where T : unmanaged
        where TTest : struct, IElementTest<T>
    {
        int words = count / 64;
        for (int word = 0; word < words; word++)
        {
            bits[word] = pending == null || pending[word] != 0 ? Word(elements + (64L * word), test) : 0;
        }

        int rest = count % 64;
        if (rest > 0)
        {
            // Memory may end at the last element, so the last word is tested in a copy.
            T* copy = stackalloc T[64];
            new ReadOnlySpan<T>(elements + (64L * words), rest).CopyTo(new Span<T>(copy, rest));
            bits[words] = Word(copy, test) & ((1UL << rest) - 1);
        }
    }

    /// <summary>Runs a scalar test; parameters as in <see cref="Vector"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scalar<T, TTest>(T* elements, int count, in TTest test, ulong* pending, ulong* bits)
        where T : unmanaged
        where TTest : struct, IScalarTest<T>
    {
        for (int first = 0; first < count; first += 64)
        {
            T* word = elements + first;
            int wordCount = Math.Min(64, count - first);
            ulong waiting = pending == null ? ulong.MaxValue : pending[first / 64];
            ulong held = 0;
            if (BitOperations.PopCount(waiting) >= SparseMax)
            {
                for (int i = 0; i < wordCount; i++)
                {
                    held |= (test.Holds(word[i]) ? 1UL : 0) << i;
                }
            }
            else
            {
                for (; waiting != 0; waiting &= waiting - 1)
                {
                    int i = BitOperations.TrailingZeroCount(waiting);
                    held |= (test.Holds(word[i]) ? 1UL : 0) << i;
                }
            }

            bits[first / 64] = held;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word<T, TTest>(T* elements, in TTest test)
        where T : unmanaged
        where TTest : struct, IElementTest<T>
    {
        ulong bits = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (int i = 0; i < 64; i += Vector512<T>.Count)
            {
                bits |= test.Holds(Vector512.Load(elements + i)).ExtractMostSignificantBits() << i;
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (int i = 0; i < 64; i += Vector256<T>.Count)
            {
                bits |= (ulong)test.Holds(Vector256.Load(elements + i)).ExtractMostSignificantBits() << i;
            }
        }
        else
        {
            for (int i = 0; i < 64; i += Vector128<T>.Count)
            {
                bits |= (ulong)test.Holds(Vector128.Load(elements + i)).ExtractMostSignificantBits() << i;
            }
        }

        return bits;
    }
}
