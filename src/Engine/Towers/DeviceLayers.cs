using System.Collections.Concurrent;
using Linr.Cuda;
using Linr.Kernels.Layers;

namespace Linr.Engine.Towers;

/// <summary>A tower's layers on a device. Safe for concurrent use: each batch that runs has a stream of its own.</summary>
internal sealed class DeviceLayers : IDisposable
{
    private readonly LayerListCuda _list;
    private readonly LayerStep[] _steps;
    private readonly ConcurrentBag<LayerListRun> _idle = [];

    /// <summary>Uploads the weights.</summary>
    /// <param name="context">Where.</param>
    /// <param name="steps">The tower's layers.</param>
    /// <param name="historyLength">Items of a history at most.</param>
    /// <exception cref="CudaException">The memory is not there, or the driver refused the kernel.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public DeviceLayers(CudaContext context, LayerStep[] steps, int historyLength)
    {
        _steps = steps;
        int placesMax = steps.Any(step => step.IsSequence) ? Math.Max(1, historyLength) : 0;
        _list = new LayerListCuda(context, ToCuda(steps), placesMax);
    }

    /// <summary>Bytes of device memory that the weights of such layers take.</summary>
    public static long WeightBytes(LayerStep[] steps) => LayerListCuda.WeightBytes(ToCuda(steps));

    /// <summary>The embeddings of a batch; it is free again when this returns.</summary>
    /// <exception cref="CudaException">The memory is not there, or the launch failed.</exception>
    public void Embed(TowerBatch batch, Span<float> embeddings)
    {
        if (!_idle.TryTake(out LayerListRun? run))
        {
            run = _list.CreateRun();
        }

        try
        {
            run.Begin(batch.Count, _list.PlacesMax == 0 ? [] : batch.Places.Starts);
            foreach (LayerStep step in _steps)
            {
                step.Send(batch, run);
            }

            run.Run(embeddings);
        }
        catch
        {
            run.Dispose();
            throw;
        }

        _idle.Add(run);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_idle.TryTake(out LayerListRun? run))
        {
            run.Dispose();
        }

        _list.Dispose();
    }

    private static CudaLayer[] ToCuda(LayerStep[] steps) => [.. steps.Select(step => step.ToCuda())];
}
