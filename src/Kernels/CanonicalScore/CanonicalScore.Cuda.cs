using Linr.Cuda;

namespace Linr.Kernels;

/// <content>The shape of the kernel.</content>
public static partial class CanonicalScore
{
    /// <summary>Threads of a block; eight of them take a pair.</summary>
    internal const int CudaThreads = 256;

    /// <summary>Steps of eight elements whose loads are in flight together.</summary>
    internal const int CudaUnroll = 8;
}

/// <summary>
/// The canonical scores of a list of pairs on a device: the same bits as on the CPU. One for a context; launches
/// allocate nothing.
/// </summary>
public sealed class CanonicalScoreCuda : IDisposable
{
    private readonly CudaModule _module;
    private readonly CudaKernel _kernel;
    private readonly long _residentBlocks;

    /// <summary>Loads the kernel.</summary>
    /// <exception cref="CudaException">The driver refused it.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public CanonicalScoreCuda(CudaContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        CudaDevice device = context.Device;
        byte[] image = CudaImages.Find("CanonicalScore", device.ComputeCapability);
        _module = new CudaModule(context, "CanonicalScore", image);
        _kernel = _module.GetKernel("canonical_score");
        _residentBlocks = (long)device.Multiprocessors * _kernel.BlocksPerMultiprocessor(CanonicalScore.CudaThreads);
    }

    /// <summary>Enqueues the scores of <paramref name="pairs"/>.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="segments">The terms of the weighted sum; their arrays stay alive until the launch has run.</param>
    /// <param name="pairs">Which query and row.</param>
    /// <param name="pairCount">One number, read when the launch runs: so many pairs from the front count.</param>
    /// <param name="scores">As many as pairs; written for those that count.</param>
    /// <exception cref="ArgumentException">Lengths do not fit each other.</exception>
    public void Launch(
        CudaStream stream,
        DeviceSlice<CudaScoreSegment> segments,
        DeviceSlice<CudaScorePair> pairs,
        DeviceSlice<uint> pairCount,
        DeviceSlice<float> scores)
    {
        if (segments.IsEmpty || pairCount.Length != 1 || scores.Length != pairs.Length || pairs.Length > uint.MaxValue)
        {
            throw new ArgumentException(
                $"Expected segments, one count and a score a pair; found {segments.Length} segments, "
                + $"{pairCount.Length} counts, {pairs.Length} pairs, {scores.Length} scores.");
        }

        if (pairs.IsEmpty)
        {
            return;
        }

        const int PairsPerBlock = CanonicalScore.CudaThreads / CanonicalScore.LaneCount;
        long blocks = Math.Min(_residentBlocks, (pairs.Length + PairsPerBlock - 1) / PairsPerBlock);
        _kernel.Launch(
            new LaunchShape((uint)blocks, CanonicalScore.CudaThreads),
            stream,
            segments,
            (uint)segments.Length,
            pairs,
            pairCount,
            (uint)pairs.Length,
            scores);
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();
}
