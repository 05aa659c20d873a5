using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>
/// Captured work: what <see cref="CudaStream.Capture"/> gives. The addresses, arguments and grids that it was captured
/// with are part of it.
/// </summary>
public sealed unsafe class CudaGraph : CudaOwner
{
    internal CudaGraph(CudaContext context, string name, nint handle)
        : base(context, CudaOwnerKind.Graph, name)
        => Own(handle);

    /// <summary>How many nodes (launches, copies, fills) it has.</summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public long NodeCount
    {
        get
        {
            nint handle = Handle;
            Context.MakeCurrent();
            nuint count = 0;
            Driver.GraphGetNodes(handle, null, ref count)
                .OrThrow("cuGraphGetNodes", Context.Device, $"of graph '{Name}'");
            return (long)count;
        }
    }

    /// <summary>Makes it ready to launch; afterwards the graph may be disposed.</summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public CudaGraphExec Instantiate() => new(this);

    private protected override CudaResult Free(nint handle) => Driver.GraphDestroy(handle);
}
