namespace Linr.Cuda;

/// <summary>The kinds of things of the driver that have an owner.</summary>
public enum CudaOwnerKind
{
    /// <summary>A <see cref="CudaContext"/>.</summary>
    Context,

    /// <summary>A <see cref="CudaStream"/>.</summary>
    Stream,

    /// <summary>A <see cref="CudaEvent"/>.</summary>
    Event,

    /// <summary>A <see cref="CudaGraph"/>.</summary>
    Graph,

    /// <summary>A <see cref="CudaGraphExec"/>.</summary>
    GraphExec,

    /// <summary>A <see cref="CudaModule"/>.</summary>
    Module,

    /// <summary>A <see cref="DeviceBuffer{T}"/>: bytes of the device.</summary>
    DeviceBuffer,

    /// <summary>A <see cref="PinnedBuffer{T}"/>: bytes of the host.</summary>
    PinnedBuffer,

    /// <summary>A <see cref="RegisteredMemory{T}"/>: bytes of the host that something else owns.</summary>
    RegisteredMemory,
}
