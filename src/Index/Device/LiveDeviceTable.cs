using System.Numerics;
using Linr.Cuda;
using Linr.Index.Columns;
using Linr.Index.Ids;
using Linr.Index.Live;
using Linr.Kernels;

namespace Linr.Index.Device;

/// <summary>
/// A shard of a live table on a device, which comes along with it. Rows that a change fills are free there too, so they are
/// sent at once; each view has a mask of its own, so that searches of older ones go on. Who applies changes enqueues all of
/// that; a search of the view begins behind it, and waits for nothing else.
/// </summary>
public sealed class LiveDeviceTable : ITableFollower, IDisposable
{
    /// <summary>Masks of older views that a budget counts: searches that run, and one that is on its way.</summary>
    internal const int OlderMasksUsual = 7;

    private const string SharedKey = "two items have the same 64-bit key";

    private const int StepsMin = 64;

    private readonly CudaContext _context;
    private readonly LiveTable _table;
    private readonly CudaStream _stream;
    private readonly CudaEvent _ready;
    private readonly TablePatches _patches;
    private readonly MaskPool _masks;
    private readonly List<IDisposable> _replaced = [];
    private readonly bool _isLast;
    private DeviceTable _arrays;
    private LiveDeviceColumn[] _columns = [];
    private CudaTable? _now;
    private string? _whyNot;
    private int _place;

    private LiveDeviceTable(CudaContext context, LiveTable table, bool isLast, DeviceTable arrays)
    {
        (_context, _table, _isLast, _arrays) = (context, table, isLast, arrays);
        _masks = new MaskPool(context);
        _stream = new CudaStream(context, "changes of a table");
        try
        {
            _ready = new CudaEvent(context, "changes of a table", isTimed: false);
            _patches = new TablePatches(_stream);
        }
        catch
        {
            _ready?.Dispose();
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>Which arrays there are, and their sizes.</summary>
    public DeviceLayout Layout => _arrays.Layout;

    /// <summary>The numbers of attributes.</summary>
    public ColumnNumbers Numbers => _arrays.Numbers;

    /// <summary>The layout of a shard of a live table that has room for all of the table's blocks.</summary>
    /// <param name="table">The table.</param>
    /// <param name="shard">Its blocks; how many rows are used is found out.</param>
    /// <param name="keepsRowsOnHost">Whether rows of embeddings with codes or copies stay on the host.</param>
    public static DeviceLayout LayoutOf(LiveTable table, RowShard shard, bool keepsRowsOnHost = false)
    {
        ArgumentNullException.ThrowIfNull(table);
        long room = (long)shard.BlockCount * Limits.BlockRows;
        long used = Math.Clamp(table.RowsUsed - shard.FirstRow, 0, room);
        return DeviceLayout.OfLive(table.Table, shard with { Rows = used }, room, keepsRowsOnHost);
    }

    /// <summary>Sends the rows of a table, before it changes.</summary>
    /// <param name="context">Where; it must stay open for as long as the result.</param>
    /// <param name="table">The table, which must be disposed first.</param>
    /// <param name="layout">What to send, from <see cref="LayoutOf"/>.</param>
    /// <param name="isLast">Whether all further blocks belong to the shard.</param>
    /// <param name="progress">Told after every piece.</param>
    /// <exception cref="CudaException">The memory is not there, or a call failed; all was given back.</exception>
    public static LiveDeviceTable Upload(
        CudaContext context,
        LiveTable table,
        DeviceLayout layout,
        bool isLast = true,
        IProgress<UploadProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(layout);
        using TableView view = table.Read();
        var arrays = DeviceTable.Upload(context, table.Table, layout, view, progress);
        LiveDeviceTable? live = null;
        try
        {
            live = new LiveDeviceTable(context, table, isLast, arrays);
            live._place = table.Attach(live);
            return live;
        }
        catch
        {
            live?.Dispose();
            arrays.Dispose();
            throw;
        }
    }

    /// <summary>The arrays as a view has them, until it is disposed.</summary>
    public CudaTable ArraysOf(TableView view) => ViewOf(view).Table;

    /// <summary>Why a view cannot be searched on a device; null where it can.</summary>
    public string? WhyNot(TableView view) => ViewOf(view).WhyNot;

    /// <inheritdoc/>
    public void Dispose()
    {
        _patches.Dispose();
        _masks.Dispose();
        _ready.Dispose();
        _stream.Dispose();
        Array.ForEach(_columns, column => column.Dispose());
        _arrays.Dispose();
        _replaced.ForEach(one => one.Dispose());
    }

    /// <inheritdoc/>
    IDisposable ITableFollower.Begin(TableView view)
    {
        Adopt(_arrays);
        DeviceBuffer<ulong> mask = _masks.Take(Layout.Capacity);
        try
        {
            using var upload = new StagedUpload(_stream, bytesTotal: 0, progress: null, CancellationToken.None);
            upload.Send(Layout.Shard, RowMask.WordRows, mask.Slice(), 1, (block, first, to)
                => view.LiveMask(block).Slice(first, to.Length).Span.CopyTo(to));
            return Publish(view, mask);
        }
        catch
        {
            _masks.GiveBack(mask);
            throw;
        }
    }

    /// <inheritdoc/>
    IDisposable ITableFollower.Follow(
        TableView before, TableView after, IReadOnlyCollection<(uint Row, bool IsLive)> rows)
    {
        uint[] filled = [.. rows.Where(one => one.IsLive && Has(one.Row)).Select(one => one.Row)];
        DeviceBuffer<ulong>? mask = null;
        try
        {
            MakeRoom(filled, before);
            Send(filled);
            DeviceView last = ViewOf(before);
            mask = _masks.Take(Layout.Capacity);
            long words = Math.Min(mask.Length, last.Mask.Length);
            _stream.EnqueueCopy(last.Mask.Slice(0, words), mask.Slice(0, words));
            _stream.EnqueueZero(mask.Slice(words, mask.Length - words));
            SendWords(rows.Where(one => Has(one.Row)).Select(one => one.Row / RowMask.WordRows).Distinct(), after, mask);
            DeviceView copy = Publish(after, mask);
            last.IsLastOf(_replaced);
            _replaced.Clear();
            return copy;
        }
        catch
        {
            _patches.Clear();
            if (mask is not null)
            {
                _masks.GiveBack(mask);
            }

            throw;
        }
    }

    private bool Has(uint row) => row >= Layout.Shard.FirstRow
        && (_isLast || row < Layout.Shard.FirstRow + ((long)Layout.Shard.BlockCount * Limits.BlockRows));

    private DeviceView ViewOf(TableView view) => (DeviceView)view.Copies[_place];

    private uint OnDevice(uint row) => row - Layout.Shard.FirstRow;

    // Of a table that was just sent.
    private void Adopt(DeviceTable arrays)
    {
        _arrays = arrays;
        _columns = [.. arrays.TakeColumns().Select(
            column => new LiveDeviceColumn((ValueColumn)_table.Table.Columns[column.Layout.Field], column))];
        _now = arrays.Arrays;
        _whyNot ??= arrays.KeysAreDifferent ? null : SharedKey;
    }

    // A row past the last one there is room for, codes that are too narrow, a heap that is full: arrays are made anew, and the
    // state before has the old ones.
    private void MakeRoom(uint[] filled, TableView before)
    {
        long needed = filled.Length == 0 ? 0 : (long)OnDevice(filled.Max()) + 1;
        if (needed > Layout.Capacity)
        {
            int blocks = _table.Table.BlockCount - Layout.Shard.FirstBlock;
            RowShard shard = Layout.Shard with { BlockCount = blocks, Rows = HighWater(before) };
            DeviceLayout layout = DeviceLayout.OfLive(
                _table.Table, shard, (long)blocks * Limits.BlockRows, keepsRowsOnHost: false) with { Embeddings = Layout.Embeddings };
            var grown = DeviceTable.Upload(_context, _table.Table, layout, before);
            _replaced.AddRange(_columns);
            _replaced.Add(_arrays);
            Adopt(grown);
        }

        foreach (LiveDeviceColumn column in _columns)
        {
            if (column.Prepare(filled, (host, layout) => SendAnew(host, layout, before)) is { } replaced)
            {
                _replaced.Add(replaced);
            }
        }
    }

    private DeviceColumn SendAnew(ValueColumn column, DeviceColumnLayout layout, TableView view)
    {
        RowShard shard = Layout.Shard with { Rows = HighWater(view) };
        using var upload = new StagedUpload(_stream, bytesTotal: 0, progress: null, CancellationToken.None);
        var sent = DeviceColumn.Send(_context, column, layout, shard, Layout.Capacity, view, upload);
        _stream.Synchronize();
        return sent;
    }

    // Rows of the shard that a state may have live.
    private long HighWater(TableView view)
        => Math.Clamp(Math.Min(_table.RowsUsed, view.Rows) - Layout.Shard.FirstRow, 0, Layout.Capacity);

    private void Send(uint[] filled)
    {
        for (int i = 0; i < filled.Length; i++)
        {
            uint row = filled[i];
            uint on = OnDevice(row);
            _now = DeviceRows.Patch(_table.Table, Layout, _now!, row, on, _patches);
            foreach (LiveDeviceColumn column in _columns)
            {
                column.Patch(i, row, on, _patches);
            }

            _whyNot ??= _table.Table.Ids is not IntegerIds && _table.SharesKey(row) ? SharedKey : null;
        }

        foreach (uint word in filled.Select(row => row / RowMask.WordRows).Distinct())
        {
            foreach (LiveDeviceColumn column in _columns)
            {
                column.PatchPresent(word * RowMask.WordRows, OnDevice(word * RowMask.WordRows), _patches);
            }
        }
    }

    private void SendWords(IEnumerable<uint> words, TableView view, DeviceBuffer<ulong> mask)
    {
        foreach (uint word in words)
        {
            _patches.Add(
                mask.Slice(word - (Layout.Shard.FirstRow / RowMask.WordRows), 1),
                view.LiveMask((int)(word / RowMask.BlockWords))[word % RowMask.BlockWords]);
        }
    }

    private DeviceView Publish(TableView view, DeviceBuffer<ulong> mask)
    {
        _patches.Flush();
        _ready.Record(_stream);

        // In steps, so that what searches are laid out for hardly ever changes.
        long used = HighWater(view);
        long step = Math.Clamp(
            (long)BitOperations.RoundUpToPowerOf2((ulong)used) / StepsMin, Limits.BlockRows / StepsMin, Limits.BlockRows);
        used = (used + step - 1) / step * step;
        return new DeviceView(_masks, mask)
        {
            Table = _now! with
            {
                RowCount = (uint)Math.Min(Math.Min(used, Layout.Capacity), Limits.RowsMax),
                Live = mask.Slice(),
                Ready = _ready,
                Columns = [.. _columns.Select(column => column.Arrays)],
            },
            WhyNot = _whyNot,
        };
    }
}
