using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels.Filter;

/// <summary>
/// Runs <see cref="ClauseTest.CodeBitmap"/> over codes: by shuffles where a table of 256 bits holds the set, else by
/// gathers where the machine has them, else one by one.
/// </summary>
/// <param name="bitmap">The bitmap and the word of zeros after it.</param>
/// <param name="wordCount">Its words.</param>
/// <param name="low">Its first code, a multiple of 64.</param>
internal readonly unsafe struct CodeSetRun(ulong* bitmap, int wordCount, ulong low)
{
    /// <summary>Words of a table of bytes.</summary>
    private const int TableWords = 4;

    /// <summary>Writes a bit an element; see <see cref="ElementRun.Words"/>.</summary>
    public void Run<T>(T* elements, int count, ulong* pending, ulong* bits)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        if (low > ulong.CreateTruncating(T.MaxValue))
        {
            new Span<ulong>(bits, (count + 63) / 64).Clear();
            return;
        }

        // Past 32 bits the difference of two codes would wrap round to another bit of the set.
        bool canWrap = sizeof(T) > sizeof(uint) || low + (64UL * (uint)wordCount) > 1UL << 32;
        if (sizeof(T) == 1 && Vector128.IsHardwareAccelerated)
        {
            ByteSetTest set = new(bitmap, wordCount, (int)(low / 64));
            ElementRun.Vector((byte*)elements, count, set, pending, bits);
        }
        else if (!Avx2.IsSupported || canWrap)
        {
            ElementRun.Scalar(elements, count, new BitmapTest<T>(bitmap, wordCount, low), pending, bits);
        }
        else if (wordCount < TableWords || (wordCount == TableWords && bitmap[TableWords - 1] >> 63 == 0))
        {
            NarrowSetTest<T> set = new(new ByteSetTest(bitmap, wordCount, 0), (uint)low);
            ElementRun.Words(elements, count, set, pending, bits);
        }
        else
        {
            GatherSetTest<T> set = new(bitmap, wordCount, (uint)low);
            ElementRun.Words(elements, count, set, pending, bits);
        }
    }
}
