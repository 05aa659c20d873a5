using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>
/// A graph that is ready to launch, any number of times, each after the one before. What its work reads and writes must
/// outlive it.
/// </summary>
public sealed class CudaGraphExec : CudaOwner
{
    internal CudaGraphExec(CudaGraph graph)
        : base(graph.Context, CudaOwnerKind.GraphExec, graph.Name)
    {
        nint handle = graph.Handle;
        Context.MakeCurrent();
        Driver.GraphInstantiate(out nint executable, handle, 0)
            .OrThrow("cuGraphInstantiate", Context.Device, $"of graph '{Name}'");
        Own(executable);
    }

    /// <summary>Gives the whole graph to the stream with one call; allocates nothing.</summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public void Launch(CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        nint handle = Handle;
        Context.MakeCurrent();
        Driver.GraphLaunch(handle, stream.Handle)
            .OrThrow("cuGraphLaunch", Context.Device, $"of graph '{Name}' in stream '{stream.Name}'");
    }

    /// <summary>Sends the graph to the device ahead of its first launch, which else pays for it.</summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public void Prepare(CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        nint handle = Handle;
        Context.MakeCurrent();
        Driver.GraphUpload(handle, stream.Handle)
            .OrThrow("cuGraphUpload", Context.Device, $"of graph '{Name}' in stream '{stream.Name}'");
    }

    /// <summary>
    /// Takes the addresses, arguments and grids of a graph that was captured from the same work, which is cheaper than
    /// to instantiate that one. Launches already given to a stream keep what they had.
    /// </summary>
    /// <returns>False if the graph differs in more than that; this one is then as it was.</returns>
    /// <exception cref="CudaException">The call failed.</exception>
    public bool TryUpdate(CudaGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        nint handle = Handle;
        Context.MakeCurrent();
        CudaResult result = Driver.GraphExecUpdate(handle, graph.Handle, out _);
        if (result == CudaResult.GraphUpdateFailed)
        {
            return false;
        }

        result.OrThrow("cuGraphExecUpdate", Context.Device, $"of graph '{Name}' by graph '{graph.Name}'");
        return true;
    }

    private protected override CudaResult Free(nint handle) => Driver.GraphExecDestroy(handle);
}
