using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>The order in which rows of equal score are returned: by a number of each, or by the row itself.</summary>
/// <param name="Numbers">[row], all different; empty: rows are in order.</param>
/// <param name="Least">No number is less.</param>
/// <param name="Largest">No number is larger.</param>
public readonly record struct CudaRowOrder(
    DeviceSlice<long> Numbers, long Least = long.MinValue, long Largest = long.MaxValue);
