namespace Linr.Cuda.Internal;

/// <summary>The numbers of <c>CUfunction_attribute</c> that are read or set.</summary>
internal enum FunctionAttribute
{
    MaxThreadsPerBlock = 0,
    SharedBytes = 1,
    LocalBytes = 3,
    Registers = 4,
    MaxDynamicSharedBytes = 8,
}
