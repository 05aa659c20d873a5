using Linr.Cuda;

namespace Linr.Kernels.Layers;

/// <summary>
/// A list of layers on a device, float32: one launch runs all of it for a batch of any size, and a sample's output has
/// the same bits in each. Each value x is within 1e-5 (1 + |x|) of the layers' references on inputs and sums of the
/// size of 1. Owns the weights; safe for concurrent use, a <see cref="LayerListRun"/> each.
/// </summary>
public sealed class LayerListCuda : IDisposable
{
    /// <summary>Threads of a block.</summary>
    internal const int Threads = 256;

    /// <summary>Threads of a warp.</summary>
    internal const int WarpThreads = 32;

    /// <summary>Inputs that a linear layer sums one by one; the sums of chunks are then added.</summary>
    internal const int Chunk = 32;

    /// <summary>Rows of a tile up to which the weights of a linear layer are what takes its time.</summary>
    internal const int RowsFew = 8;

    /// <summary>Rows, and units, that a block works on together beyond that.</summary>
    internal const int Tile = 64;

    /// <summary>Floats of shared memory.</summary>
    internal const int SharedFloats = (Tile * (Chunk + 4)) + (Chunk * Tile);

    /// <summary>Heads of an attention that read a place together.</summary>
    internal const int HeadsAtOnce = 4;

    private const int TilePlacesMax = 256;

    private readonly CudaModule _module;
    private readonly LayerWeights _weights;
    private readonly DeviceBuffer<CudaLayerStep> _steps;
    private readonly int _tileMax;

    /// <summary>Uploads the weights.</summary>
    /// <param name="context">Where.</param>
    /// <param name="layers">The layers; the last one's output is that of the list.</param>
    /// <param name="placesMax">Rows of a sequence at most; 0 where there are no sequences.</param>
    /// <exception cref="ArgumentException">The layers do not fit each other.</exception>
    /// <exception cref="CudaException">The memory is not there, or the driver refused the kernel.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public LayerListCuda(CudaContext context, IReadOnlyList<CudaLayer> layers, int placesMax)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(layers);
        LayerListCheck.ThrowIfInvalid(layers, placesMax);
        Layers = layers;
        PlacesMax = placesMax;
        _tileMax = Math.Clamp(TilePlacesMax / Math.Max(1, placesMax), 1, Tile);
        CudaDevice device = context.Device;
        _module = new CudaModule(context, "Layers", CudaImages.Find("Layers", device.ComputeCapability));
        try
        {
            Kernel = _module.GetKernel("layers_run");
            BlocksMax = device.Multiprocessors * Kernel.BlocksPerMultiprocessor(Threads, SharedFloats * sizeof(float));
            using var stream = new CudaStream(context, "weights of layers");
            _weights = new LayerWeights(stream, layers);
            var plan = new LayerSteps(layers, placesMax, _weights.Addresses);
            SampleFloats = plan.SampleFloats;
            SourceOf = plan.SourceOf;
            _steps = new DeviceBuffer<CudaLayerStep>(context, plan.Steps.Length, "steps of layers");
            stream.Upload(plan.Steps, _steps.Slice());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The layers.</summary>
    public IReadOnlyList<CudaLayer> Layers { get; }

    /// <summary>Rows of a sequence at most.</summary>
    public int PlacesMax { get; }

    /// <summary>Floats of an output row.</summary>
    public int Width => Layers[^1].Width;

    internal CudaContext Context => _module.Context;

    internal CudaKernel Kernel { get; }

    internal DeviceSlice<CudaLayerStep> Steps => _steps.Slice();

    /// <summary>Blocks that the device holds at once.</summary>
    internal int BlocksMax { get; }

    /// <summary>Floats of activations for each sample that a block works on.</summary>
    internal uint SampleFloats { get; }

    /// <summary>The number of each source, by its layer.</summary>
    internal IReadOnlyDictionary<int, int> SourceOf { get; }

    /// <summary>Bytes of device memory that the weights of such layers take, before any is allocated.</summary>
    public static long WeightBytes(IReadOnlyList<CudaLayer> layers) => LayerWeights.Bytes(layers);

    /// <summary>What one batch at a time is given and run with.</summary>
    /// <exception cref="CudaException">A stream cannot be made.</exception>
    public LayerListRun CreateRun() => new(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        _steps?.Dispose();
        _weights?.Dispose();
        _module.Dispose();
    }

    /// <summary>Samples that a block works on together: as few as keep the device busy.</summary>
    internal int TileSamples(int samples) => Math.Clamp((samples + BlocksMax - 1) / BlocksMax, 1, _tileMax);
}
