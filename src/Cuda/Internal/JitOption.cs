namespace Linr.Cuda.Internal;

/// <summary>The numbers of <c>CUjit_option</c> that are used.</summary>
internal enum JitOption
{
    MaxRegisters = 0,
    InfoLogBuffer = 3,
    InfoLogBytes = 4,
    ErrorLogBuffer = 5,
    ErrorLogBytes = 6,
    LogVerbose = 12,
}
