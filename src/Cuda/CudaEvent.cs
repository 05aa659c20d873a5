using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>A point in a stream's work, to wait for or to take the time at.</summary>
public sealed class CudaEvent : CudaOwner
{
    /// <summary>Makes an event.</summary>
    /// <param name="context">Where.</param>
    /// <param name="name">What it is for, as errors show it.</param>
    /// <param name="isTimed">Whether it keeps the time; one that does not is cheaper.</param>
    /// <param name="isSleeping">Whether <see cref="Synchronize"/> sleeps; else it spins, which answers sooner.</param>
    /// <exception cref="CudaException">The event cannot be made.</exception>
    public CudaEvent(CudaContext context, string name, bool isTimed = true, bool isSleeping = false)
        : base(context, CudaOwnerKind.Event, name)
    {
        uint flags = (isTimed ? 0 : Driver.EventDisableTiming) | (isSleeping ? Driver.EventBlockingSync : 0);
        context.MakeCurrent();
        Driver.EventCreate(out nint handle, flags).OrThrow("cuEventCreate", context.Device, $"for '{name}'");
        Own(handle);
    }

    /// <summary>Whether the point recorded last is reached; true if none was recorded. Does not wait.</summary>
    /// <exception cref="CudaException">A kernel failed.</exception>
    public bool IsReached
    {
        get
        {
            nint handle = Handle;
            Context.MakeCurrent();
            CudaResult result = Driver.EventQuery(handle);
            if (result == CudaResult.NotReady)
            {
                return false;
            }

            result.OrThrow("cuEventQuery", Context.Device, $"of event '{Name}'");
            return true;
        }
    }

    /// <summary>
    /// Records the point after the work given to the stream so far. In a capture it only orders the graph's nodes: it
    /// cannot be waited for or timed when the graph runs; see <see cref="RecordNode"/>.
    /// </summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public void Record(CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        nint handle = Handle;
        Context.MakeCurrent();
        Driver.EventRecord(handle, stream.Handle)
            .OrThrow("cuEventRecord", Context.Device, $"of event '{Name}' in stream '{stream.Name}'");
    }

    /// <summary>In a capture, makes a node of the graph that records the event whenever the graph runs.</summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public void RecordNode(CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        nint handle = Handle;
        Context.MakeCurrent();
        Driver.EventRecordWithFlags(handle, stream.Handle, Driver.EventRecordExternal)
            .OrThrow("cuEventRecordWithFlags", Context.Device, $"of event '{Name}' in stream '{stream.Name}'");
    }

    /// <summary>Waits on the calling thread until the point recorded last is reached.</summary>
    /// <exception cref="CudaException">A kernel failed.</exception>
    public void Synchronize()
    {
        nint handle = Handle;
        Context.MakeCurrent();
        Driver.EventSynchronize(handle).OrThrow("cuEventSynchronize", Context.Device, $"of event '{Name}'");
    }

    /// <summary>Time on the device since another event's point, in milliseconds; both must have been reached.</summary>
    /// <exception cref="CudaException">One is not timed, was never recorded or is not yet reached.</exception>
    public float MsSince(CudaEvent start)
    {
        ArgumentNullException.ThrowIfNull(start);
        nint handle = Handle;
        Context.MakeCurrent();
        Driver.EventElapsedTime(out float elapsedMs, start.Handle, handle)
            .OrThrow("cuEventElapsedTime", Context.Device, $"from event '{start.Name}' to event '{Name}'");
        return elapsedMs;
    }

    private protected override CudaResult Free(nint handle) => Driver.EventDestroy(handle);
}
