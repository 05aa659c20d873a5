using Linr.Cuda;
using Linr.Index;
using Linr.Index.Device;
using Linr.Kernels;
using Linr.Kernels.Filter;

namespace Linr.Engine.Devices;

/// <summary>One shard of the rows on one device: its own hold on the context, the kernels, and the arrays.</summary>
internal sealed class DeviceShard : IDisposable
{
    private DeviceTable? _table;

    /// <summary>Opens a device and loads the kernels, not the rows.</summary>
    /// <exception cref="CudaException">There is no driver or no device, or it refused.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such device.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public DeviceShard(int ordinal, DeviceLayout layout)
    {
        Layout = layout;
        Context = new CudaContext(CudaDevice.Get(ordinal));
        try
        {
            Search = new DeviceSearch(Context);
        }
        catch
        {
            Context.Dispose();
            throw;
        }
    }

    public DeviceLayout Layout { get; }

    public CudaContext Context { get; }

    public DeviceSearch Search { get; }

    public DeviceTable Table => _table ?? throw new ObjectDisposedException(nameof(DeviceShard));

    /// <summary>Bytes that the largest search of a batch takes on the device, for so many rows.</summary>
    public long ScratchBytes(CudaOptions options, long rows)
    {
        var table = new CudaTable
        {
            Context = Context,
            RowCount = (uint)Math.Min(rows, Limits.RowsMax),
            Embeddings =
            [
                .. Layout.Embeddings.Select(DeviceLayout.Describe),
                .. Layout.Embeddings.Where(schema => schema.Codes is not null).Select(DeviceLayout.DescribeCodes),
                .. Layout.Copies.Select(DeviceLayout.Describe),
            ],
            Order = default,
            Columns = [.. new CudaFilterColumn[Layout.Columns.Length]],
        };
        return Enumerable.Range(0, table.Embeddings.Length)
            .Where(embedding => embedding >= Layout.Embeddings.Length
                || Layout.Embeddings[embedding].RowType != RowType.None)
            .Select(embedding => Search.ScratchBytes(table, embedding, options.Queries, options.K))
            .DefaultIfEmpty()
            .Max();
    }

    /// <summary>Sends the rows.</summary>
    /// <exception cref="CudaException">The memory is not there, or a call failed.</exception>
    public void Load(ItemTable items, IProgress<UploadProgress>? progress)
        => _table = DeviceTable.Upload(Context, items, Layout, progress);

    public void Dispose()
    {
        _table?.Dispose();
        Search.Dispose();
        Context.Dispose();
    }
}
