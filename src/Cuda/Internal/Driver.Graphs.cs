using System.Runtime.InteropServices;

namespace Linr.Cuda.Internal;

internal static unsafe partial class Driver
{
    [LibraryImport(Library, EntryPoint = "cuGraphDestroy")]
    public static partial CudaResult GraphDestroy(nint graph);

    [LibraryImport(Library, EntryPoint = "cuGraphGetNodes")]
    public static partial CudaResult GraphGetNodes(nint graph, nint* nodes, ref nuint count);

    [LibraryImport(Library, EntryPoint = "cuGraphInstantiateWithFlags")]
    public static partial CudaResult GraphInstantiate(out nint executable, nint graph, ulong flags);

    [LibraryImport(Library, EntryPoint = "cuGraphExecDestroy")]
    public static partial CudaResult GraphExecDestroy(nint executable);

    [LibraryImport(Library, EntryPoint = "cuGraphExecUpdate_v2")]
    public static partial CudaResult GraphExecUpdate(nint executable, nint graph, out GraphUpdateInfo info);

    [LibraryImport(Library, EntryPoint = "cuGraphUpload")]
    public static partial CudaResult GraphUpload(nint executable, nint stream);

    [LibraryImport(Library, EntryPoint = "cuGraphLaunch")]
    public static partial CudaResult GraphLaunch(nint executable, nint stream);

    /// <summary><c>CUgraphExecUpdateResultInfo</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct GraphUpdateInfo
    {
        public readonly int Result;
        public readonly nint Node;
        public readonly nint FromNode;
    }
}
