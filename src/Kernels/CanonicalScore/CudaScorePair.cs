using System.Runtime.InteropServices;

namespace Linr.Kernels;

/// <summary>A query and a row whose score is wanted.</summary>
/// <param name="Query">The query's place in the batch.</param>
/// <param name="Row">The row.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct CudaScorePair(uint Query, uint Row);
