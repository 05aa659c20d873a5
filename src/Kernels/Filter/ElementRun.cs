using System.Runtime.CompilerServices;

namespace Linr.Kernels.Filter;

/// <summary>
/// Runs a test over consecutive elements: one bit an element, 64 a word, bits past the last element zero. Compiled
/// fully at once: the first searches would otherwise run three times slower (FilterBenchmarks).
/// </summary>
internal static unsafe class ElementRun
{
    /// <summary>Runs a vector test; parameters as in <see cref="Words"/>.</summary>
    public static void Vector<T, TTest>(T* elements, int count, in TTest test, ulong* pending, ulong* bits)
        where T : unmanaged
        where TTest : struct, IElementTest<T>
        => Words(elements, count, new VectorWord<T, TTest>(test), pending, bits);

    /// <summary>Runs a scalar test; parameters as in <see cref="Words"/>.</summary>
    public static void Scalar<T, TTest>(T* elements, int count, in TTest test, ulong* pending, ulong* bits)
        where T : unmanaged
        where TTest : struct, IScalarTest<T>
        => Words(elements, count, new ScalarWord<T, TTest>(test), pending, bits);

    /// <summary>Runs a test.</summary>
    /// <param name="elements">The elements.</param>
    /// <param name="count">How many.</param>
    /// <param name="test">The test.</param>
    /// <param name="pending">
    /// The elements to look at, others may come back either way: a word without any comes back zero; null for all.
    /// </param>
    /// <param name="bits">ceil(count / 64) words.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Words<T, TTest>(T* elements, int count, in TTest test, ulong* pending, ulong* bits)
        where T : unmanaged
        where TTest : struct, IWordTest<T>
    {
        int words = count / 64;
        for (int word = 0; word < words; word++)
        {
            ulong waiting = pending == null ? ulong.MaxValue : pending[word];
            bits[word] = waiting == 0 ? 0 : test.Word(elements + (64L * word), waiting);
        }

        int rest = count % 64;
        if (rest > 0)
        {
            // Memory may end at the last element, so the last word is tested in a copy.
            T* copy = stackalloc T[64];
            new ReadOnlySpan<T>(elements + (64L * words), rest).CopyTo(new Span<T>(copy, rest));
            ulong inside = (1UL << rest) - 1;
            bits[words] = test.Word(copy, inside & (pending == null ? ulong.MaxValue : pending[words])) & inside;
        }
    }
}
