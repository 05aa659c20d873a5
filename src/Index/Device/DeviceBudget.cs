using System.Collections.Immutable;
using System.Globalization;
using Linr.Cuda;

namespace Linr.Index.Device;

/// <summary>
/// The bytes that tables, or shards of one, take on a device, by owner: computed from their layouts before anything is
/// loaded, so that what does not fit is refused at once.
/// </summary>
public sealed class DeviceBudget
{
    /// <summary>The driver gives memory in pieces of so many bytes: no array takes less from what is free.</summary>
    private const long PieceBytes = 2 * 1024 * 1024;

    private readonly ImmutableArray<DeviceLayout> _layouts;
    private readonly Func<long, long> _scratchBytesFor;

    private DeviceBudget(ImmutableArray<DeviceLayout> layouts, Func<long, long> scratchBytesFor, long towerBytes)
    {
        _layouts = layouts;
        TowerBytes = towerBytes;
        _scratchBytesFor = scratchBytesFor;
        ScratchBytes = layouts.Sum(layout => scratchBytesFor(layout.Capacity));
    }

    /// <summary>Bytes of embeddings and norms.</summary>
    public long EmbeddingBytes => _layouts.Sum(layout => layout.EmbeddingBytes);

    /// <summary>Bytes of codes.</summary>
    public long CodeBytes => _layouts.Sum(layout => layout.CodeBytes);

    /// <summary>Bytes of attributes.</summary>
    public long AttributeBytes => _layouts.Sum(layout => layout.AttributeBytes);

    /// <summary>Bytes of the numbers that order rows of equal score, and of the mask of live rows.</summary>
    public long OrderBytes => _layouts.Sum(layout => layout.OrderBytes);

    /// <summary>Bytes of towers' weights.</summary>
    public long TowerBytes { get; }

    /// <summary>Bytes that searches work in.</summary>
    public long ScratchBytes { get; }

    /// <summary>All of it.</summary>
    public long Bytes => EmbeddingBytes + CodeBytes + AttributeBytes + OrderBytes + TowerBytes + ScratchBytes;

    /// <summary>Rows that there is room for.</summary>
    public long Capacity => _layouts.Sum(layout => layout.Capacity);

    /// <summary>The budget of what is to be on one device.</summary>
    /// <param name="layouts">One table, or shards.</param>
    /// <param name="scratchBytesFor">What searches of a layout need for a capacity in rows; more rows, no less.</param>
    /// <param name="towerBytes">What towers take besides.</param>
    public static DeviceBudget Of(
        IEnumerable<DeviceLayout> layouts, Func<long, long> scratchBytesFor, long towerBytes = 0)
    {
        ArgumentNullException.ThrowIfNull(scratchBytesFor);
        return new DeviceBudget([.. layouts], scratchBytesFor, towerBytes);
    }

    /// <summary>Bytes that a device has left for tables.</summary>
    /// <param name="context">The device.</param>
    /// <param name="limitBytes">What it may be asked for at most; 0 is all that is free.</param>
    /// <exception cref="CudaException">The context is broken.</exception>
    public long FreeBytes(CudaContext context, long limitBytes = 0)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentOutOfRangeException.ThrowIfNegative(limitBytes);
        long arrays = _layouts.Sum(layout => layout.ArrayCount);
        long free = Math.Max(context.FreeBytes - (arrays * PieceBytes), 0);
        return limitBytes == 0 ? free : Math.Min(free, limitBytes);
    }

    /// <summary>How many rows there could be room for, with as many values each as these have.</summary>
    /// <param name="limitBytes">Bytes that there are.</param>
    public long RowsThatFit(long limitBytes)
    {
        long fit = 0;
        long tooMany = Limits.RowsMax + 1;
        while (tooMany - fit > 1)
        {
            long rows = fit + ((tooMany - fit) / 2);
            (fit, tooMany) = BytesFor(rows) <= limitBytes ? (rows, tooMany) : (fit, rows);
        }

        return BytesFor(fit) <= limitBytes ? fit : 0;
    }

    /// <summary>Refuses what does not fit.</summary>
    /// <param name="where">The device, for the message.</param>
    /// <param name="limitBytes">Bytes that there are.</param>
    /// <exception cref="DeviceMemoryException">It does not fit; the message has the bytes by owner.</exception>
    public void ThrowIfOver(string where, long limitBytes)
    {
        if (Bytes > limitBytes)
        {
            throw new DeviceMemoryException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The table does not fit {where}: it needs {Bytes:N0} bytes and {limitBytes:N0} are there. {this}; "
                    + $"{RowsThatFit(limitBytes):N0} rows of {Capacity:N0} would fit."),
                this,
                limitBytes);
        }
    }

    /// <summary>The bytes by owner.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Embeddings {EmbeddingBytes:N0}, codes {CodeBytes:N0}, attributes {AttributeBytes:N0}, ids {OrderBytes:N0}, "
        + $"towers {TowerBytes:N0}, scratch {ScratchBytes:N0} bytes");

    /// <summary>What so many rows would take, spread over the layouts as the rows are now.</summary>
    private long BytesFor(long rows)
    {
        long bytes = TowerBytes;
        foreach (DeviceLayout layout in _layouts)
        {
            DeviceLayout scaled = layout.WithCapacity((long)Math.Ceiling(rows * ((double)layout.Capacity / Capacity)));
            bytes += scaled.Bytes + _scratchBytesFor(scaled.Capacity);
        }

        return bytes;
    }
}
