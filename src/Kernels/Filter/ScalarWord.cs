using System.Numerics;
using System.Runtime.CompilerServices;

namespace Linr.Kernels.Filter;

/// <summary>Tests 64 elements one by one.</summary>
internal readonly unsafe struct ScalarWord<T, TTest>(TTest test) : IWordTest<T>
    where T : unmanaged
    where TTest : struct, IScalarTest<T>
{
    /// <summary>Fewer waiting elements are looked at alone.</summary>
    private const int SparseMax = 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Word(T* elements, ulong waiting)
    {
        ulong bits = 0;
        if (BitOperations.PopCount(waiting) < SparseMax)
        {
            for (; waiting != 0; waiting &= waiting - 1)
            {
                int i = BitOperations.TrailingZeroCount(waiting);
                bits |= (test.Holds(elements[i]) ? 1UL : 0) << i;
            }

            return bits;
        }

        for (int i = 0; i < 64; i++)
        {
            bits |= (test.Holds(elements[i]) ? 1UL : 0) << i;
        }

        return bits;
    }
}
