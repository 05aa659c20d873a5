namespace Linr.Kernels;

/// <content>The shape of the kernel.</content>
public static partial class CanonicalScore
{
    /// <summary>Threads of a block of the kernel; eight of them take a pair.</summary>
    internal const int CudaThreads = 256;

    /// <summary>Steps of eight elements whose loads are in flight together.</summary>
    internal const int CudaUnroll = 8;
}
