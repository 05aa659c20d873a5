using Linr.Cuda;
using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>
/// The logits of pairs of a query and a row by a learned similarity on a device: the bits of the processor's. One for a
/// context and a kind; launches allocate nothing.
/// </summary>
internal sealed class SimilarityScoresCuda : IDisposable
{
    /// <summary>Pairs that a warp computes together: a mixture's weights are read once for all of them.</summary>
    internal const int PairsAtOnce = 8;

    /// <summary>Threads of a block.</summary>
    internal const int Threads = 256;

    private readonly CudaModule _module;
    private readonly CudaDevice _device;
    private readonly CudaKernel _network;
    private readonly CudaKernel _mixture;
    private readonly CudaKernel _survivors;

    /// <summary>Loads the kernels.</summary>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public SimilarityScoresCuda(CudaContext context)
    {
        _device = context.Device;
        _module = new CudaModule(
            context, "SimilarityScores", CudaImages.Find("SimilarityScores", _device.ComputeCapability));
        _network = _module.GetKernel("score_pairs_hadamard");
        _mixture = _module.GetKernel("score_pairs_mixture");
        _mixture.AllowSharedBytes(_device.SharedBytesPerBlockMax);
        _survivors = _module.GetKernel("first_stage_survivors");
    }

    /// <summary>Whether warps of a similarity have room for what they compute in.</summary>
    public bool HasRoom(CudaSimilarity similarity) => ScratchBytes(similarity) <= _device.SharedBytesPerBlockMax;

    /// <summary>Enqueues the logits of pairs.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="similarity">What scores.</param>
    /// <param name="table">One: the similarity over a table.</param>
    /// <param name="queries">[query][QueryWidth], as <see cref="SimilarityQueries"/> prepares them.</param>
    /// <param name="pairs">Which query and row.</param>
    /// <param name="pairCount">One number, read when the launch runs: so many pairs from the front count.</param>
    /// <param name="scores">As many as pairs; written for those that count.</param>
    public void Launch(
        CudaStream stream,
        CudaSimilarity similarity,
        DeviceSlice<CudaSimilarityTable> table,
        DeviceSlice<float> queries,
        DeviceSlice<CudaScorePair> pairs,
        DeviceSlice<uint> pairCount,
        DeviceSlice<float> scores)
    {
        bool isNetwork = similarity.Kind == CudaSimilarityKind.Hadamard;
        CudaKernel kernel = isNetwork ? _network : _mixture;
        int weightBytes = similarity.WeightFloats * sizeof(float);
        bool isShared = weightBytes > 0 && weightBytes + ScratchBytes(similarity) <= _device.SharedBytesPerBlockMax;
        int sharedBytes = (isShared ? weightBytes : 0) + ScratchBytes(similarity);
        long perBlock = isNetwork ? Threads : Threads / 32 * PairsAtOnce;
        long blocks = Math.Min(
            (long)_device.Multiprocessors * kernel.BlocksPerMultiprocessor(Threads, sharedBytes),
            (pairs.Length + perBlock - 1) / perBlock);
        kernel.Launch(
            new LaunchShape((uint)blocks, Threads, (uint)sharedBytes),
            stream,
            table,
            queries,
            pairs,
            pairCount,
            (uint)pairs.Length,
            scores,
            isShared ? 1u : 0);
    }

    /// <summary>Enqueues what makes survivors of a first stage's hits: every one gets its logit.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="hits">[Q][hits of a query].</param>
    /// <param name="hitCounts">[Q].</param>
    /// <param name="k">One number: so many hits of a query are wanted.</param>
    /// <param name="words">[Q][hits of a query] takes them.</param>
    /// <param name="counts">[Q] takes how many.</param>
    public void Survive(
        CudaStream stream,
        DeviceSlice<ScanHit> hits,
        DeviceSlice<uint> hitCounts,
        DeviceSlice<uint> k,
        DeviceSlice<ulong> words,
        DeviceSlice<uint> counts)
        => _survivors.Launch(
            new LaunchShape((uint)hitCounts.Length, Threads),
            stream,
            hits,
            hitCounts,
            (uint)(hits.Length / hitCounts.Length),
            k,
            words,
            counts);

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();

    private static int ScratchBytes(CudaSimilarity similarity)
        => Threads / 32 * similarity.ScratchFloats * sizeof(float);
}
