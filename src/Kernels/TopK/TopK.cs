namespace Linr.Kernels;

/// <summary>
/// The finish of a scan on a device: survivors become the best k rows of each query, by canonical score descending,
/// then item key ascending. A survivor's word is its lower bound, as ordered bits, above its row; its canonical score
/// lies within the bound and <c>twice</c> more. The K-th best lower bound raises the cut; only rows that may reach it
/// get their canonical score. Ties and near-ties are all kept, however many.
/// </summary>
public static partial class TopK
{
    /// <summary>The most queries of a batch.</summary>
    public const int QueryCountMax = 256;

    /// <summary>Threads of a block that has a query for itself.</summary>
    internal const int CudaThreads = 1024;

    /// <summary>The histogram of such a block has 2^this bins.</summary>
    internal const int CudaBinBits = 12;

    /// <summary>Scores that such a block has in shared memory; those past it are read again.</summary>
    internal const int CudaStash = 24_576;

    /// <summary>Words that a block sorts in shared memory; the largest k of that variant.</summary>
    internal const int CudaSortMax = 4_096;

    /// <summary>Words in one bin that are compared each with each.</summary>
    internal const int CudaBinWordsMax = 64;

    /// <summary>A cut that keeps a share more than k is good enough.</summary>
    internal const int CudaSlackShare = 16;

    /// <summary>Scores of a sample that are collected in shared memory.</summary>
    internal const int CudaSampleList = 16_384;

    /// <summary>Shared memory of a block's histogram and sums, in bytes.</summary>
    internal const int CudaWorkBytes = ((1 << CudaBinBits) * sizeof(uint)) + 192;

    /// <summary>Longer lists are for all blocks together.</summary>
    internal const int CudaBlockCapacityMax = 131_072;

    /// <summary>Threads of a block that works on all queries with the others.</summary>
    internal const int CudaWideThreads = 512;

    /// <summary>Words that such a block takes at a time.</summary>
    internal const int CudaTile = 4_096;

    /// <summary>Its histogram has 2^this bins.</summary>
    internal const int CudaWideBinBits = 11;

    /// <summary>Histograms, each finer than the one before, until the cut is good enough.</summary>
    internal const int CudaLevels = 2;

    /// <summary>Equal scores in a row that are settled without another sort.</summary>
    internal const int CudaRunMax = 32;

    /// <summary>
    /// Which of a probe's 4,096 scores is a first bound that more than <paramref name="k"/> of a sample should reach,
    /// by five standard deviations; 0 where no such bound saves work.
    /// </summary>
    internal static int ProbeRank(int length, int k)
    {
        const int ProbeLength = 4 * CudaThreads;
        double expected = (double)k * ProbeLength / length;
        double rank = Math.Ceiling(expected + (5 * Math.Sqrt(expected)) + 4);
        bool saves = length >= 4 * ProbeLength && rank * 1.6 * length / ProbeLength < CudaSampleList;
        return saves ? (int)rank : 0;
    }
}
