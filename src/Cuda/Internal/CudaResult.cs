namespace Linr.Cuda.Internal;

/// <summary>What a call of the driver answers; only the numbers that the code decides on have a name here.</summary>
internal enum CudaResult
{
    Success = 0,
    OutOfMemory = 2,
    NoDevice = 100,
    NotReady = 600,
    GraphUpdateFailed = 910,
}
