using Linr.Cuda;
using Linr.Index;
using Linr.Index.Device;
using Linr.Index.Live;
using Linr.Kernels;
using Linr.Kernels.Filter;
using Linr.Kernels.Similarities;

namespace Linr.Engine.Devices;

/// <summary>One shard of the rows on one device: its own hold on the context, the kernels, and the arrays.</summary>
internal sealed class DeviceShard : IDisposable
{
    private readonly List<(CudaSimilarity Similarity, int[] Halves)> _halves = [];
    private readonly Dictionary<LearnedSimilarity, (CudaSimilarity OnDevice, string? WhyNot)> _similarities = [];
    private DeviceTable? _table;
    private LiveDeviceTable? _live;

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

    /// <summary>The layout as it is now: of live items it may have grown.</summary>
    public DeviceLayout LayoutNow => _live?.Layout ?? Layout;

    /// <summary>The numbers of attributes.</summary>
    public ColumnNumbers Numbers => _live?.Numbers ?? Table.Numbers;

    public CudaContext Context { get; }

    public DeviceSearch Search { get; }

    private DeviceTable Table => _table ?? throw new ObjectDisposedException(nameof(DeviceShard));

    /// <summary>The arrays.</summary>
    /// <param name="view">The state of live items; null of others.</param>
    public CudaTable ArraysOf(TableView? view) => view is null ? Table.Arrays : _live!.ArraysOf(view);

    /// <summary>Why a state of live items cannot be searched here; null where it can, and of others.</summary>
    public string? WhyNot(TableView? view) => view is null ? null : _live!.WhyNot(view);

    /// <summary>Bytes of the similarities' weights.</summary>
    public long SimilarityBytes => _similarities.Values.Sum(one => one.OnDevice.Bytes);

    /// <summary>Sends the weights of learned similarities that the device can score by.</summary>
    /// <param name="similarities">Each with the numbers in the schema of its items' halves.</param>
    /// <exception cref="CudaException">The memory is not there, or a call failed.</exception>
    public void Load(IEnumerable<(LearnedSimilarity Similarity, int[] Halves)> similarities)
    {
        foreach ((LearnedSimilarity similarity, int[] halves) in similarities)
        {
            if (CudaSimilarity.WhyNot(similarity, []) is null)
            {
                var onDevice = new CudaSimilarity(Context, similarity);
                _similarities.Add(similarity, (onDevice, null));
                _similarities[similarity] = (onDevice, Search.WhyNot(Describe(rows: 1), onDevice, halves));
                _halves.Add((onDevice, halves));
            }
        }
    }

    /// <summary>A similarity whose weights were sent; null: there is none on the device.</summary>
    public CudaSimilarity? SimilarityOf(LearnedSimilarity similarity)
        => _similarities.TryGetValue(similarity, out (CudaSimilarity OnDevice, string? WhyNot) found)
            ? found.OnDevice
            : null;

    /// <summary>Why the device cannot score by a similarity; null where it can.</summary>
    public string? WhyNot(LearnedSimilarity similarity, int[] halves)
        => _similarities.TryGetValue(similarity, out (CudaSimilarity OnDevice, string? WhyNot) found)
            ? found.WhyNot
            : CudaSimilarity.WhyNot(similarity, [.. halves.Select(half => Describe(rows: 1).Embeddings[half].Element)])
                ?? "the model's similarities are not on it";

    /// <summary>Bytes that the largest search of a batch takes on the device, for so many rows.</summary>
    public long ScratchBytes(CudaOptions options, long rows)
    {
        CudaTable table = Describe(rows);
        long most = Enumerable.Range(0, table.Embeddings.Length)
            .Where(embedding => embedding >= Layout.Embeddings.Length
                || Layout.Embeddings[embedding].RowType != RowType.None)
            .Select(embedding => Search.ScratchBytes(table, embedding, options.Queries, options.K))
            .DefaultIfEmpty()
            .Max();
        foreach ((CudaSimilarity similarity, int[] halves) in _halves)
        {
            bool isThere = halves.All(half => Layout.Embeddings[half].RowType != RowType.None)
                && _similarities[similarity.Similarity].WhyNot is null;
            if (isThere)
            {
                var learned = new LearnedRequest { Similarity = similarity, Halves = halves };
                most = Math.Max(most, Search.ScratchBytes(table, 0, options.Queries, options.K, learned));
            }
        }

        return most;
    }

    /// <summary>The table without its arrays.</summary>
    private CudaTable Describe(long rows)
        => new()
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

    /// <summary>Sends the rows.</summary>
    /// <exception cref="CudaException">The memory is not there, or a call failed.</exception>
    public void Load(ItemTable items, IProgress<UploadProgress>? progress)
        => _table = DeviceTable.Upload(Context, items, Layout, progress);

    /// <summary>Sends the rows of live items, which come along from now on.</summary>
    /// <param name="items">The items, which must be disposed before.</param>
    /// <param name="isLast">Whether all further blocks of rows belong to the shard.</param>
    /// <param name="progress">Told after every piece.</param>
    /// <exception cref="CudaException">The memory is not there, or a call failed.</exception>
    public void Load(LiveTable items, bool isLast, IProgress<UploadProgress>? progress)
        => _live = LiveDeviceTable.Upload(Context, items, Layout, isLast, progress);

    public void Dispose()
    {
        _table?.Dispose();
        _live?.Dispose();
        foreach ((CudaSimilarity onDevice, _) in _similarities.Values)
        {
            onDevice.Dispose();
        }

        Search.Dispose();
        Context.Dispose();
    }
}
