using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Linr.Kernels.Filter;

/// <summary>Tests 64 elements in vectors of the widest that the machine has.</summary>
internal readonly unsafe struct VectorWord<T, TTest>(TTest test) : IWordTest<T>
    where T : unmanaged
    where TTest : struct, IElementTest<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Word(T* elements, ulong waiting)
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
