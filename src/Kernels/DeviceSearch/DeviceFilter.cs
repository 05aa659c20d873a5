using Linr.Kernels.Filter;

namespace Linr.Kernels;

/// <summary>A filter of a search on a device. Queries that share the object share its evaluation.</summary>
/// <param name="plan">The filter; complete when a search starts, and unchanged until it ends.</param>
public sealed class DeviceFilter(FilterPlan plan)
{
    /// <summary>The filter.</summary>
    public FilterPlan Plan { get; } = plan ?? throw new ArgumentNullException(nameof(plan));

    /// <summary>[column of the plan]: its number among <see cref="CudaTable.Columns"/>.</summary>
    public ReadOnlyMemory<int> Columns { get; set; }
}
