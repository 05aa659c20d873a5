using System.Collections.Immutable;

namespace Linr.Engine;

/// <summary>The memory of a model, by owner. What searches work in while they run is not counted.</summary>
/// <param name="Owners">Each owner once, in the order of the schema.</param>
public sealed record MemoryUse(ImmutableArray<OwnedMemory> Owners)
{
    /// <summary>Bytes of the process's own memory.</summary>
    public long HostBytes => Owners.Sum(one => one.HostBytes);

    /// <summary>Bytes of the model file that are mapped.</summary>
    public long MappedBytes => Owners.Sum(one => one.MappedBytes);

    /// <summary>Bytes on devices.</summary>
    public long DeviceBytes => Owners.Sum(one => one.DeviceBytes);

    /// <summary>Bytes of the host's memory, the process's own and mapped.</summary>
    public long TotalHostBytes => HostBytes + MappedBytes;
}
