using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <content>Capturing work into a graph.</content>
public sealed partial class CudaStream
{
    /// <summary>Whether the work given to this stream is captured instead of done.</summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public bool IsCapturing
    {
        get
        {
            nint stream = Handle;
            Context.MakeCurrent();
            Driver.StreamIsCapturing(stream, out int status)
                .OrThrow("cuStreamIsCapturing", Context.Device, $"of stream '{Name}'");
            return status != 0;
        }
    }

    /// <summary>
    /// Captures what <paramref name="work"/> gives to this stream. Meanwhile the calling thread must not wait for the
    /// device nor allocate there, so that buffers, kernels and pools have to be ready before.
    /// </summary>
    /// <param name="name">What the graph is for.</param>
    /// <param name="work">Gives the work to this stream.</param>
    /// <returns>The graph, which the caller owns. What its work reads and writes must outlive it.</returns>
    /// <exception cref="CudaException">Something that a graph cannot hold was asked for.</exception>
    public CudaGraph Capture(string name, Action<CudaStream> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        BeginCapture();
        try
        {
            work(this);
        }
        catch
        {
            Abandon();
            throw;
        }

        return EndCapture(name);
    }

    /// <summary>From now on, work given to this stream is captured instead of done.</summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public void BeginCapture()
    {
        nint stream = Handle;
        Context.MakeCurrent();
        Driver.StreamBeginCapture(stream, Driver.CaptureThreadLocal)
            .OrThrow("cuStreamBeginCapture", Context.Device, $"of stream '{Name}'");
    }

    /// <summary>Ends the capture.</summary>
    /// <param name="name">What the graph is for.</param>
    /// <returns>The graph, which the caller owns. What its work reads and writes must outlive it.</returns>
    /// <exception cref="CudaException">Something that a graph cannot hold was asked for.</exception>
    public CudaGraph EndCapture(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        nint stream = Handle;
        Context.MakeCurrent();
        Driver.StreamEndCapture(stream, out nint graph)
            .OrThrow("cuStreamEndCapture", Context.Device, $"of stream '{Name}' into graph '{name}'");
        return new CudaGraph(Context, name, graph);
    }

    private void Abandon()
    {
        // The failure that led here is the one to show.
        if (Driver.StreamEndCapture(Handle, out nint graph) == CudaResult.Success && graph != 0)
        {
            _ = Driver.GraphDestroy(graph);
        }
    }
}
