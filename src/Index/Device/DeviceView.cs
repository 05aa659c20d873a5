using Linr.Cuda;
using Linr.Kernels;

namespace Linr.Index.Device;

/// <summary>What a view of a live table is on a device, until nobody reads it.</summary>
/// <param name="masks">Where its mask goes back.</param>
/// <param name="mask">Its live rows.</param>
internal sealed class DeviceView(MaskPool masks, DeviceBuffer<ulong> mask) : IDisposable
{
    private readonly List<IDisposable> _last = [];

    /// <summary>The mask.</summary>
    public DeviceBuffer<ulong> Mask => mask;

    /// <summary>The arrays.</summary>
    public required CudaTable Table { get; init; }

    /// <summary>Why a device cannot search it; null where it can.</summary>
    public string? WhyNot { get; init; }

    /// <summary>It is the last view that has these.</summary>
    public void IsLastOf(IEnumerable<IDisposable> owners) => _last.AddRange(owners);

    /// <inheritdoc/>
    public void Dispose()
    {
        masks.GiveBack(mask);
        _last.ForEach(owner => owner.Dispose());
    }
}
