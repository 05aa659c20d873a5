using Linr.Cuda;
using Linr.Index.Columns;
using Linr.Index.Live;
using Linr.Kernels.Filter;

namespace Linr.Index.Device;

/// <summary>An attribute's arrays on a device, and their owner.</summary>
internal sealed class DeviceColumn : IDisposable
{
    private readonly List<CudaOwner> _owners = [];
    private readonly CudaContext _context;

    private DeviceColumn(CudaContext context, DeviceColumnLayout layout) => (_context, Layout) = (context, layout);

    /// <summary>What they are.</summary>
    public DeviceColumnLayout Layout { get; }

    /// <summary>As kernels read them.</summary>
    public CudaFilterColumn Arrays { get; private set; }

    /// <summary>[row] its value; or the heap of the values of all rows.</summary>
    public DeviceSlice<byte> Values { get; private set; }

    /// <summary>A bit a row that has a value; empty where none may lack one, and for codes.</summary>
    public DeviceSlice<ulong> Present { get; private set; }

    /// <summary>[row] where its values are in the heap; empty where each has one.</summary>
    public DeviceSlice<ulong> Runs { get; private set; }

    /// <summary>Elements of the heap that are taken.</summary>
    public long ValuesUsed { get; private set; }

    /// <summary>Allocates the arrays and enqueues the values of a shard's rows.</summary>
    /// <param name="context">Where.</param>
    /// <param name="column">The column.</param>
    /// <param name="layout">What it is on the device.</param>
    /// <param name="shard">The rows.</param>
    /// <param name="capacity">Rows to have room for.</param>
    /// <param name="view">The rows that are live, of which alone the heap has values; null: all are.</param>
    /// <param name="upload">The way.</param>
    /// <exception cref="CudaException">The memory is not there, or a call failed; all was given back.</exception>
    public static DeviceColumn Send(
        CudaContext context,
        ValueColumn column,
        DeviceColumnLayout layout,
        RowShard shard,
        long capacity,
        TableView? view,
        StagedUpload upload)
    {
        var sent = new DeviceColumn(context, layout);
        try
        {
            var send = new ColumnUpload(column, layout, shard);
            string name = column.Field.Name;
            if (layout.IsMultiValued)
            {
                sent.Values = sent.Allocate<byte>(layout.ValueCount * layout.ElementBytes, $"values of {name}");
                sent.Runs = sent.Allocate<ulong>(capacity, $"runs of {name}");
                sent.ValuesUsed = view is null
                    ? send.SendRuns(sent.Values, sent.Runs, upload)
                    : send.SendRuns(sent.Values, sent.Runs, view, upload);
                sent.Arrays = CudaFilterColumn.MultiValued(layout.Element, sent.Values, sent.Runs);
                return sent;
            }

            sent.Values = sent.Allocate<byte>(capacity * layout.ElementBytes, $"field {name}");
            sent.Present = layout.HasMissing
                ? sent.Allocate<ulong>(RowMask.Words(capacity), $"rows that have {name}")
                : default;
            send.Send(sent.Values, sent.Present, upload);
            sent.Arrays = CudaFilterColumn.SingleValued(layout.Element, sent.Values, sent.Present);
            return sent;
        }
        catch
        {
            sent.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _owners.ForEach(owner => owner.Dispose());

    private DeviceSlice<T> Allocate<T>(long length, string name)
        where T : unmanaged
    {
        var buffer = new DeviceBuffer<T>(_context, length, name);
        _owners.Add(buffer);
        return buffer.Slice();
    }
}
