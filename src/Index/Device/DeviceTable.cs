using System.Numerics.Tensors;
using Linr.Cuda;
using Linr.Index.Columns;
using Linr.Index.Embeddings;
using Linr.Index.Ids;
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
    private readonly List<CudaOwner> _owners = [];
    private readonly Dictionary<ReadOnlyMemory<ColumnBlock>, int> _numbers = [];
    private CudaTable? _arrays;

    private DeviceTable(DeviceLayout layout) => Layout = layout;

    /// <summary>Which arrays there are, and their sizes.</summary>
    public DeviceLayout Layout { get; }

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
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(layout);
        var table = new DeviceTable(layout);
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
                Order = table.SendOrder(items.Ids, context, upload, cancellation),
                Live = table.SendLive(items, context, upload),
                Columns = [.. layout.Columns.Select((_, number) => table.SendColumn(items, number, context, upload))],
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

    /// <summary>
    /// The number on the device of each column that a plan reads, for <see cref="CudaFilterPlans.Append"/>.
    /// </summary>
    /// <param name="plan">A plan compiled for the table.</param>
    /// <param name="numbers">[column of the plan], at least as long as the plan has columns.</param>
    /// <exception cref="ArgumentException">The plan reads columns of another table.</exception>
    public void NumberColumns(FilterPlan plan, Span<int> numbers)
    {
        ArgumentNullException.ThrowIfNull(plan);
        for (int column = 0; column < plan.Columns.Length; column++)
        {
            numbers[column] = NumberOf(plan.Columns[column]);
        }
    }

    /// <summary>The number on the device of an attribute's column, to group by, say.</summary>
    /// <param name="blocks">All blocks of the table's column.</param>
    /// <exception cref="ArgumentException">It is no attribute's column of the table.</exception>
    public int NumberOf(ReadOnlyMemory<ColumnBlock> blocks)
        => _numbers.TryGetValue(blocks, out int number)
            ? number
            : throw new ArgumentException("Expected one of the table's own attributes.", nameof(blocks));

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
        IdColumn ids, CudaContext context, StagedUpload upload, CancellationToken cancellation)
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

        using NativeBuffer numbers = OrderNumbers.Of(ids, Shard, cancellation);
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
        upload.Send(Shard, RowMask.WordRows, live, 1, (block, first, to) =>
        {
            NativeSlice<ulong> mask = items.LiveMask(block);
            if (mask.IsEmpty)
            {
                RowMask.Fill(to, items.BlockRows(block) - (first * RowMask.WordRows));
            }
            else
            {
                mask.Slice(first, to.Length).Span.CopyTo(to);
            }
        });
        return live;
    }

    private CudaFilterColumn SendColumn(ItemTable items, int number, CudaContext context, StagedUpload upload)
    {
        DeviceColumnLayout layout = Layout.Columns[number];
        var column = (ValueColumn)items.Columns[layout.Field];
        string name = column.Field.Name;
        _numbers[column.Blocks] = number;
        var send = new ColumnUpload(column, layout, Shard);
        if (layout.IsMultiValued)
        {
            DeviceSlice<byte> heap = Allocate<byte>(
                context, layout.ValueCount * layout.ElementBytes, $"values of {name}");
            DeviceSlice<ulong> runs = Allocate<ulong>(context, Layout.Capacity, $"runs of {name}");
            return send.SendRuns(heap, runs, upload);
        }

        DeviceSlice<byte> values = Allocate<byte>(context, Layout.Capacity * layout.ElementBytes, $"field {name}");
        DeviceSlice<ulong> present = layout.HasMissing
            ? Allocate<ulong>(context, RowMask.Words(Layout.Capacity), $"rows that have {name}")
            : default;
        return send.Send(values, present, upload);
    }
}
