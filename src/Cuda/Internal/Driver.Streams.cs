using System.Runtime.InteropServices;

namespace Linr.Cuda.Internal;

internal static partial class Driver
{
    /// <summary>The stream does not wait for the null stream, nor the null stream for it.</summary>
    public const uint StreamNonBlocking = 1;

    /// <summary>A wait for the event sleeps instead of spinning.</summary>
    public const uint EventBlockingSync = 1;

    /// <summary>The event keeps no time.</summary>
    public const uint EventDisableTiming = 2;

    /// <summary>A record that is captured becomes a node of the graph.</summary>
    public const uint EventRecordExternal = 1;

    /// <summary>Only the capturing thread is kept from calls that a capture cannot hold.</summary>
    public const int CaptureThreadLocal = 1;

    [LibraryImport(Library, EntryPoint = "cuStreamCreate")]
    public static partial CudaResult StreamCreate(out nint stream, uint flags);

    [LibraryImport(Library, EntryPoint = "cuStreamDestroy_v2")]
    public static partial CudaResult StreamDestroy(nint stream);

    [LibraryImport(Library, EntryPoint = "cuStreamSynchronize")]
    public static partial CudaResult StreamSynchronize(nint stream);

    [LibraryImport(Library, EntryPoint = "cuStreamQuery")]
    public static partial CudaResult StreamQuery(nint stream);

    [LibraryImport(Library, EntryPoint = "cuStreamWaitEvent")]
    public static partial CudaResult StreamWaitEvent(nint stream, nint @event, uint flags);

    [LibraryImport(Library, EntryPoint = "cuStreamBeginCapture_v2")]
    public static partial CudaResult StreamBeginCapture(nint stream, int mode);

    [LibraryImport(Library, EntryPoint = "cuStreamEndCapture")]
    public static partial CudaResult StreamEndCapture(nint stream, out nint graph);

    [LibraryImport(Library, EntryPoint = "cuStreamIsCapturing")]
    public static partial CudaResult StreamIsCapturing(nint stream, out int status);

    [LibraryImport(Library, EntryPoint = "cuEventCreate")]
    public static partial CudaResult EventCreate(out nint @event, uint flags);

    [LibraryImport(Library, EntryPoint = "cuEventDestroy_v2")]
    public static partial CudaResult EventDestroy(nint @event);

    [LibraryImport(Library, EntryPoint = "cuEventRecord")]
    public static partial CudaResult EventRecord(nint @event, nint stream);

    [LibraryImport(Library, EntryPoint = "cuEventRecordWithFlags")]
    public static partial CudaResult EventRecordWithFlags(nint @event, nint stream, uint flags);

    [LibraryImport(Library, EntryPoint = "cuEventSynchronize")]
    public static partial CudaResult EventSynchronize(nint @event);

    [LibraryImport(Library, EntryPoint = "cuEventQuery")]
    public static partial CudaResult EventQuery(nint @event);

    [LibraryImport(Library, EntryPoint = "cuEventElapsedTime")]
    public static partial CudaResult EventElapsedTime(out float elapsedMs, nint start, nint end);
}
