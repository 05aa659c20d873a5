using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Index.ModelFiles;

/// <summary>Checks offsets of a file before anything is read through them.</summary>
internal static class OffsetCheck
{
    /// <summary>Refuses offsets that do not rise from 0 to the end in steps within bounds.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">The tensor of the offsets.</param>
    /// <param name="offsets">The offsets, one more than there are rows.</param>
    /// <param name="end">What the last must be.</param>
    /// <param name="stepMin">The least from one to the next.</param>
    /// <param name="stepMax">The most from one to the next.</param>
    /// <exception cref="ModelFormatException">One is wrong.</exception>
    public static void ThrowIfWrong(
        TensorFile file, string name, NativeSlice<long> offsets, long end, long stepMin, long stepMax)
    {
        long last = offsets.Length - 1;
        if (offsets[0] != 0)
        {
            throw Error(0, "0", offsets[0]);
        }

        if (offsets[last] != end)
        {
            throw Error(last, $"{end}, the length of what it points into", offsets[last]);
        }

        for (long i = 0; i < last; i++)
        {
            long step = offsets[i + 1] - offsets[i];
            if (step < stepMin || step > stepMax)
            {
                throw Error(i + 1, $"{stepMin} to {stepMax} above {offsets[i]}", offsets[i + 1]);
            }
        }

        ModelFormatException Error(long position, string expected, long found)
            => file.Error(file.Find(name)!, position * sizeof(long), $"an offset of {expected}", $"{found}");
    }
}
