using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>
/// A queue of work for the device, done in order; two streams run beside each other. Streams are non-blocking: the
/// null stream, which nothing here uses, is not waited for.
/// </summary>
public sealed partial class CudaStream : CudaOwner
{
    /// <summary>Makes a stream.</summary>
    /// <param name="context">Where.</param>
    /// <param name="name">What it is for, as errors show it.</param>
    /// <exception cref="CudaException">The stream cannot be made.</exception>
    public CudaStream(CudaContext context, string name)
        : base(context, CudaOwnerKind.Stream, name)
    {
        context.MakeCurrent();
        Driver.StreamCreate(out nint stream, Driver.StreamNonBlocking)
            .OrThrow("cuStreamCreate", context.Device, $"for '{name}'");
        Own(stream);
    }

    /// <summary>Whether all work given so far is done; does not wait.</summary>
    /// <exception cref="CudaException">A kernel failed.</exception>
    public bool IsIdle
    {
        get
        {
            nint stream = Handle;
            Context.MakeCurrent();
            CudaResult result = Driver.StreamQuery(stream);
            if (result == CudaResult.NotReady)
            {
                return false;
            }

            result.OrThrow("cuStreamQuery", Context.Device, $"of stream '{Name}'");
            return true;
        }
    }

    /// <summary>Waits on the calling thread until all work given so far is done.</summary>
    /// <exception cref="CudaException">A kernel failed.</exception>
    public void Synchronize()
    {
        nint stream = Handle;
        Context.MakeCurrent();
        Driver.StreamSynchronize(stream).OrThrow("cuStreamSynchronize", Context.Device, $"of stream '{Name}'");
    }

    /// <summary>
    /// Work given to this stream from now on waits, on the device, for what the event recorded last; the calling thread
    /// does not wait. An event that was never recorded holds nothing up.
    /// </summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public void Wait(CudaEvent @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        nint stream = Handle;
        Context.MakeCurrent();
        Driver.StreamWaitEvent(stream, @event.Handle, 0)
            .OrThrow("cuStreamWaitEvent", Context.Device, $"of stream '{Name}' for event '{@event.Name}'");
    }

    private protected override CudaResult Free(nint handle) => Driver.StreamDestroy(handle);
}
