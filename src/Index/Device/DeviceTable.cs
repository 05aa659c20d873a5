using System.Numerics.Tensors;
using Linr.Cuda;
using Linr.Index.Columns;
using Linr.Index.Embeddings;
using Linr.Index.Ids;
using Linr.Index.Live;
using Linr.Kernels;
using Linr.Kernels.Filter;
using Linr.Memory;

namespace Linr.Index.Device;

/// <summary>
/// The one owner of a table's memory on a device: embeddings, norms, codes, order numbers, live mask and attributes of
/// a shard's rows as flat arrays. The host's table stays what it is and is not needed to search, only to name the rows.
/// Immutable; safe for concurrent readers. Dispose it when no search runs.
/// </summary>
public sealed class DeviceTable : IDisposable
{
    private readonly List<IDisposable> _owners = [];
    private readonly List<DeviceColumn> _columns = [];
    private CudaTable? _arrays;

    private DeviceTable(DeviceLayout layout, ColumnNumbers numbers) => (Layout, Numbers) = (layout, numbers);

    /// <summary>Which arrays there are, and their sizes.</summary>
    public DeviceLayout Layout { get; }

    /// <summary>The numbers of attributes.</summary>
    public ColumnNumbers Numbers { get; }

    /// <summary>The rows; row 0 on the device is the table's <see cref="RowShard.FirstRow"/>.</summary>
    public RowShard Shard => Layout.Shard;

    /// <summary>The arrays.</summary>
    /// <exception cref="ObjectDisposedException">The memory was given back.</exception>
    public CudaTable Arrays
    {
        get
        {
            ObjectDisposedException.ThrowIf(_arrays is null, this);
            return _arrays;
        }
    }

    /// <summary>Allocates what the layout says and sends the rows; returns when they are there.</summary>
    /// <param name="context">Where; it must stay open for as long as the result.</param>
    /// <param name="items">The table of the layout.</param>
    /// <param name="layout">What to send, from <see cref="DeviceLayout.Of(ItemTable, RowShard?, long, bool)"/>.</param>
    /// <param name="progress">Told after every piece.</param>
    /// <param name="cancellation">Ends the upload.</param>
    /// <exception cref="CudaException">The memory is not there, or a call failed; all was given back.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; all was given back.</exception>
    public static DeviceTable Upload(
        CudaContext context,
        ItemTable items,
        DeviceLayout layout,
        IProgress<UploadProgress>? progress = null,
        CancellationToken cancellation = default)
        => Upload(context, items, layout, view: null, progress, cancellation);

    /// <summary>Whether no two of the rows have the same key: else their numbers are not their keys.</summary>
    internal bool KeysAreDifferent { get; private set; } = true;

    /// <summary>The columns' arrays, by number, which the caller owns from now on.</summary>
    internal IReadOnlyList<DeviceColumn> TakeColumns()
    {
        _owners.RemoveAll(owner => owner is DeviceColumn);
        return _columns;
    }

    /// <summary>The same of a live table: a shard of its rows below the high-water mark, of which a view says what is live.</summary>
    internal static DeviceTable Upload(
        CudaContext context,
        ItemTable items,
        DeviceLayout layout,
        TableView? view,
        IProgress<UploadProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(layout);
        var table = new DeviceTable(layout, new ColumnNumbers(items, layout));
        try
        {
            using var stream = new CudaStream(context, "upload of a table");
            using var upload = new StagedUpload(stream, layout.Bytes, progress, cancellation);
            table._arrays = new CudaTable
            {
                Context = context,
                FirstBlock = layout.Shard.FirstBlock,
                RowCount = (uint)layout.Shard.Rows,
                Embeddings =
                [
                    .. items.Embeddings.Select((column, number) => layout.Embeddings[number].RowType == RowType.None
                        ? DeviceLayout.Describe(column.Schema)
                        : table.SendEmbedding(column, context, upload)),
                    .. items.Embeddings.Where(column => column.Codes is not null)
                        .Select(column => table.SendCodes(column, context, upload)),
                    .. items.Embeddings.Where(column => column.Copy is not null)
                        .Select(column => table.SendEmbedding(column.Copy!.Column, context, upload)),
                ],
                Order = table.SendOrder(items.Ids, isOfKeys: view is not null, context, upload, cancellation),
                Live = view is null ? table.SendLive(items, context, upload) : default,
                Columns = [.. layout.Columns.Select(column => table.SendColumn(items, column, view, context, upload))],
            };
            stream.Synchronize();
            return table;
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _arrays = null;
        _owners.ForEach(owner => owner.Dispose());
        _owners.Clear();
    }

    private DeviceSlice<T> Allocate<T>(CudaContext context, long length, string name)
        where T : unmanaged
    {
        var buffer = new DeviceBuffer<T>(context, length, name);
        _owners.Add(buffer);
        return buffer.Slice();
    }

    private CudaEmbedding SendEmbedding(EmbeddingColumn column, CudaContext context, StagedUpload upload)
    {
        EmbeddingSchema schema = column.Schema;
        DeviceSlice<byte> rows = Allocate<byte>(
            context, Layout.Capacity * DeviceLayout.RowBytesOf(schema), $"embedding {schema.Name}");
        DeviceSlice<float> norms = DeviceLayout.HasNorms(schema)
            ? Allocate<float>(context, Layout.Capacity, $"norms of {schema.Name}")
            : default;
        DeviceSlice<Half> scales = DeviceLayout.HasScales(schema)
            ? Allocate<Half>(context, Layout.Capacity, $"scales of {schema.Name}")
            : default;
        return EmbeddingUpload.Send(column, Shard, rows, scales, norms, upload);
    }

    private CudaEmbedding SendCodes(EmbeddingColumn column, CudaContext context, StagedUpload upload)
    {
        CodeColumn codes = column.Codes!;
        DeviceSlice<ulong> words = Allocate<ulong>(
            context, Layout.Capacity * codes.Coder.Words, $"codes of {column.Schema.Name}");
        upload.Send(Shard, 1, words, codes.Coder.Words, (block, first, to)
            => codes.Block(block).Slice((long)first * codes.Coder.Words, to.Length).Span.CopyTo(to));
        return DeviceLayout.DescribeCodes(column.Schema) with { Rows = words.Cast<byte>() };
    }

    private CudaRowOrder SendOrder(
        IdColumn ids, bool isOfKeys, CudaContext context, StagedUpload upload, CancellationToken cancellation)
    {
        if (!Layout.HasOrder)
        {
            return default;
        }

        DeviceSlice<long> order = Allocate<long>(context, Layout.Capacity, "order of rows");
        if (ids is IntegerIds integers)
        {
            long least = long.MaxValue;
            long largest = long.MinValue;
            upload.Send(Shard, 1, order, 1, (block, first, to) =>
            {
                integers.Block(block, first + to.Length)[first..].CopyTo(to);
                least = Math.Min(least, TensorPrimitives.Min<long>(to));
                largest = Math.Max(largest, TensorPrimitives.Max<long>(to));
            });
            return new CudaRowOrder(order, Math.Min(least, largest), largest);
        }

        using NativeBuffer numbers = isOfKeys
            ? OrderNumbers.KeysOf(ids, Shard, out bool areDifferent, cancellation)
            : OrderNumbers.Of(ids, Shard, out areDifferent, cancellation);
        KeysAreDifferent = areDifferent;
        NativeSlice<long> host = numbers.Slice<long>();
        upload.Send(Shard, 1, order, 1, (block, first, to)
            => host.Slice(((long)(block - Shard.FirstBlock) * Limits.BlockRows) + first, to.Length).Span.CopyTo(to));
        return new CudaRowOrder(order);
    }

    private DeviceSlice<ulong> SendLive(ItemTable items, CudaContext context, StagedUpload upload)
    {
        if (!Layout.HasLiveMask)
        {
            return default;
        }

        DeviceSlice<ulong> live = Allocate<ulong>(context, RowMask.Words(Layout.Capacity), "mask of live rows");
        upload.Send(Shard, RowMask.WordRows, live, 1, (block, first, to)
            => RowMask.Fill(to, items.BlockRows(block) - (first * RowMask.WordRows)));
        return live;
    }

    private CudaFilterColumn SendColumn(
        ItemTable items, DeviceColumnLayout layout, TableView? view, CudaContext context, StagedUpload upload)
    {
        var column = DeviceColumn.Send(
            context, (ValueColumn)items.Columns[layout.Field], layout, Shard, Layout.Capacity, view, upload);
        _owners.Add(column);
        _columns.Add(column);
        return column.Arrays;
    }
}
