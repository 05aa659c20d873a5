using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>Launches the scan by a learned similarity. One for a context; launches allocate nothing.</summary>
internal sealed class SimilarityScanCuda : IDisposable
{
    /// <summary>Survivors of a warp that wait to be written.</summary>
    internal const int QueueLength = 128;

    /// <summary>Warps of a block of a network at most: they share the queries' columns.</summary>
    internal const int NetworkWarps = 16;

    /// <summary>Stages of the ring of a warp of a network.</summary>
    internal const int NetworkStages = 3;

    /// <summary>Warps of a block of a mixture at most.</summary>
    internal const int MixtureWarps = 8;

    /// <summary>Stages of the ring of a warp of a mixture.</summary>
    internal const int MixtureStages = 2;

    /// <summary>Warps of a block of a network whose rows are held at most: registers are short.</summary>
    internal const int HeldWarps = 8;

    /// <summary>Stages of the ring of a warp of such a network.</summary>
    internal const int HeldStages = 3;

    /// <summary>The same, where many queries' columns take the room.</summary>
    internal const int ShortStages = 2;

    /// <summary>Warps of a block of a mixture with a second estimate at most.</summary>
    internal const int GatedWarps = 8;

    /// <summary>Stages of the ring of a warp of such a mixture: what shared memory leaves is the first cache.</summary>
    internal const int GatedStages = 1;

    /// <summary>Rows of a warp of such a mixture that wait, with their logits: two batches, and what comes at once.</summary>
    internal const int GatedQueueLength = 72;

    /// <summary>Queries whose columns take turns.</summary>
    internal const int GroupQueries = 4;

    /// <summary>Parts of a block's shared memory begin at multiples of it.</summary>
    internal const int PartBytes = 128;

    private const int QueriesMax = 64;

    private readonly CudaModule _module;
    private readonly CudaDevice _device;
    private readonly Dictionary<(string Name, CudaElement Element), CudaKernel> _kernels = [];

    /// <summary>Loads the kernels.</summary>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public SimilarityScanCuda(CudaContext context)
    {
        _device = context.Device;
        byte[] image = CudaImages.Find("SimilarityScan", _device.ComputeCapability);
        _module = new CudaModule(context, "SimilarityScan", image);
        foreach ((CudaElement element, string kind) in ((CudaElement, string)[])
            [(CudaElement.Float32, "float"), (CudaElement.Float16, "half"), (CudaElement.BFloat16, "bfloat")])
        {
            string[] held = element == CudaElement.Float32 ? [] : ["held_network", "short_network"];
            foreach (string name in (string[])["network", "mixture", "gated_mixture", .. held])
            {
                CudaKernel kernel = _module.GetKernel($"scan_{name}_{kind}");
                kernel.AllowSharedBytes(_device.SharedBytesPerBlockMax);
                _kernels.Add(($"scan_{name}", element), kernel);
            }
        }
    }

    /// <summary>Queries that a launch takes; 0 where not even one fits.</summary>
    /// <param name="similarity">What scores.</param>
    /// <param name="element">What vectors are made of.</param>
    /// <param name="rowBytes">Bytes of an item's vectors.</param>
    public int QueriesPerLaunch(CudaSimilarity similarity, CudaElement element, int rowBytes)
    {
        // Warps that are too few cannot keep enough of the memory busy.
        for (int warps = new SimilarityLayout(similarity, element).Warps / 2; warps > 0; warps /= 2)
        {
            for (int queries = QueriesMax; queries > 0; queries /= 2)
            {
                SimilarityLayout layout = Layout(similarity, element, rowBytes, queries);
                bool isEnough = warps == 1 || queries >= GroupQueries;
                if (isEnough && Fits(layout, rowBytes, queries, warps, out _))
                {
                    return queries;
                }
            }
        }

        return 0;
    }

    /// <summary>Enqueues a sample, or the scan.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="similarity">What scores.</param>
    /// <param name="of">One: the similarity over the table.</param>
    /// <param name="table">One: the vectors' table.</param>
    /// <param name="batch">What <paramref name="queryCount"/> says, in device memory.</param>
    /// <param name="queryCount">Queries.</param>
    /// <param name="element">What vectors are made of.</param>
    /// <param name="rowBytes">Bytes of an item's vectors.</param>
    public void Launch(
        CudaStream stream,
        CudaSimilarity similarity,
        DeviceSlice<CudaSimilarityTable> of,
        DeviceSlice<CudaScanTable> table,
        DeviceSlice<CudaScanBatch> batch,
        int queryCount,
        CudaElement element,
        int rowBytes)
    {
        SimilarityLayout layout = Layout(similarity, element, rowBytes, queryCount);
        CudaKernel kernel = _kernels[(layout.Kernel, element)];
        int warps = layout.Warps;
        bool isShared;
        while (!Fits(layout, rowBytes, queryCount, warps, out isShared))
        {
            warps--;
        }

        int sharedBytes = layout.SharedBytes(rowBytes, queryCount, warps, isShared);
        int blocks = _device.Multiprocessors * kernel.BlocksPerMultiprocessor(32 * warps, sharedBytes);
        kernel.Launch(
            new LaunchShape((uint)blocks, (uint)(32 * warps), (uint)sharedBytes),
            stream,
            table,
            of,
            batch,
            isShared ? 1u : 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();

    /// <summary>How a launch lays things out: a ring of all stages, if all warps have room for theirs.</summary>
    private SimilarityLayout Layout(CudaSimilarity similarity, CudaElement element, int rowBytes, int queryCount)
    {
        SimilarityLayout layout = new(similarity, element);
        return Fits(layout, rowBytes, queryCount, layout.Warps, out _) ? layout : layout with { IsShort = true };
    }

    /// <summary>
    /// Whether it fits. Weights of a mixture for whole logits are read often where no second estimate goes before.
    /// </summary>
    private bool Fits(SimilarityLayout layout, int rowBytes, int queryCount, int warps, out bool isShared)
    {
        bool wantsWeights = layout.Similarity.Kind == CudaSimilarityKind.Mixture && !layout.IsGated;
        isShared = wantsWeights
            && layout.SharedBytes(rowBytes, queryCount, warps, isShared: true) <= _device.SharedBytesPerBlockMax;
        return isShared || (layout.SharedBytes(rowBytes, queryCount, warps, isShared: false)
            <= _device.SharedBytesPerBlockMax && (warps == 1 || !wantsWeights));
    }
}
