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

    private const int QueriesMax = 64;
    private const int GroupQueries = 4;
    private const int PartBytes = 128;
    private const int NetworkRows = 32;
    private const int MixtureRows = 16;

    private readonly CudaModule _module;
    private readonly CudaDevice _device;
    private readonly CudaKernel[,] _kernels;

    /// <summary>Loads the kernels.</summary>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public SimilarityScanCuda(CudaContext context)
    {
        _device = context.Device;
        byte[] image = CudaImages.Find("SimilarityScan", _device.ComputeCapability);
        _module = new CudaModule(context, "SimilarityScan", image);
        _kernels = new CudaKernel[2, 3];
        foreach ((CudaElement element, string kind) in ((CudaElement, string)[])
            [(CudaElement.Float32, "float"), (CudaElement.Float16, "half"), (CudaElement.BFloat16, "bfloat")])
        {
            _kernels[(int)CudaSimilarityKind.Hadamard, (int)element] = _module.GetKernel($"scan_network_{kind}");
            _kernels[(int)CudaSimilarityKind.Mixture, (int)element] = _module.GetKernel($"scan_mixture_{kind}");
        }

        foreach (CudaKernel kernel in _kernels)
        {
            kernel.AllowSharedBytes(_device.SharedBytesPerBlockMax);
        }
    }

    /// <summary>Rows of a tile: by it a place of a sample is a row.</summary>
    public static int TileRows(CudaSimilarityKind kind)
        => kind == CudaSimilarityKind.Hadamard ? NetworkRows : MixtureRows;

    /// <summary>Queries that a launch takes; 0 where not even one fits.</summary>
    /// <param name="similarity">What scores.</param>
    /// <param name="element">What vectors are made of.</param>
    /// <param name="rowBytes">Bytes of an item's vectors.</param>
    public int QueriesPerLaunch(CudaSimilarity similarity, CudaElement element, int rowBytes)
    {
        // Warps that are too few cannot keep enough of the memory busy.
        for (int warps = WarpsMax(similarity) / 2; warps > 0; warps /= 2)
        {
            for (int queries = QueriesMax; queries > 0; queries /= 2)
            {
                bool isEnough = warps == 1 || queries >= GroupQueries;
                if (isEnough && Fits(similarity, element, rowBytes, queries, warps, out _))
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
        CudaKernel kernel = _kernels[(int)similarity.Kind, (int)element];
        int warps = WarpsMax(similarity);
        bool isShared;
        while (!Fits(similarity, element, rowBytes, queryCount, warps, out isShared))
        {
            warps--;
        }

        int sharedBytes = SharedBytes(similarity, element, rowBytes, queryCount, warps, isShared);
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

    private static int WarpsMax(CudaSimilarity similarity)
        => similarity.Kind == CudaSimilarityKind.Hadamard ? NetworkWarps : MixtureWarps;

    private bool Fits(
        CudaSimilarity similarity, CudaElement element, int rowBytes, int queryCount, int warps, out bool isShared)
    {
        isShared = similarity.Kind == CudaSimilarityKind.Mixture
            && SharedBytes(similarity, element, rowBytes, queryCount, warps, isShared: true)
                <= _device.SharedBytesPerBlockMax;
        return isShared || (SharedBytes(similarity, element, rowBytes, queryCount, warps, isShared: false)
            <= _device.SharedBytesPerBlockMax && (warps == 1 || similarity.Kind == CudaSimilarityKind.Hadamard));
    }

    /// <summary>As the kernel lays a block's shared memory out.</summary>
    private static int SharedBytes(
        CudaSimilarity similarity, CudaElement element, int rowBytes, int queryCount, int warps, bool isShared)
    {
        SimilarityQueries queries = new(similarity, element);
        int groups = (queryCount + GroupQueries - 1) / GroupQueries;
        int stages = similarity.Kind == CudaSimilarityKind.Hadamard ? NetworkStages : MixtureStages;
        int rowStride = ((rowBytes / FusedScan.RowAlignment) | 1) * FusedScan.RowAlignment;
        int columns = groups * GroupQueries * queries.Columns * (queries.ColumnBytes + FusedScan.RowAlignment);
        int numbers = groups * GroupQueries * queries.NumberCount * sizeof(float);
        int settling = ((isShared ? similarity.WeightFloats : 0) + (warps * similarity.ScratchFloats)) * sizeof(float);
        return Parts(columns) + Parts(numbers) + Parts(groups * GroupQueries * sizeof(float))
            + (warps * QueueLength * (sizeof(ulong) + sizeof(uint)))
            + Parts(settling)
            + (warps * stages * TileRows(similarity.Kind) * rowStride) + PartBytes;
    }

    private static int Parts(int bytes) => (bytes + PartBytes - 1) / PartBytes * PartBytes;
}
