namespace Linr.Cuda.Internal;

/// <summary>The numbers of <c>CUdevice_attribute</c> that are read.</summary>
internal enum DeviceAttribute
{
    MaxThreadsPerBlock = 1,
    WarpSize = 10,
    MultiprocessorCount = 16,
    L2CacheBytes = 38,
    MaxThreadsPerMultiprocessor = 39,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
    MaxSharedBytesPerMultiprocessor = 81,
    MaxSharedBytesPerBlockOptIn = 97,
}
