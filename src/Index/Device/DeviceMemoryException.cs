namespace Linr.Index.Device;

/// <summary>A table does not fit a device's memory; found out before anything was loaded.</summary>
public sealed class DeviceMemoryException : Exception
{
    internal DeviceMemoryException(string message, DeviceBudget budget, long limitBytes)
        : base(message)
    {
        Budget = budget;
        LimitBytes = limitBytes;
    }

    /// <summary>What is needed.</summary>
    public DeviceBudget Budget { get; }

    /// <summary>Bytes that there are.</summary>
    public long LimitBytes { get; }
}
