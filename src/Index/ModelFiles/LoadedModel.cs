using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Index.ModelFiles;

/// <summary>
/// An open model file: its items, its layers and their weights, all mapped. Dispose it when nothing reads from it any
/// more. Safe for concurrent readers.
/// </summary>
public sealed class LoadedModel : IDisposable
{
    private readonly TensorFile _file;
    private readonly CancellationTokenSource _stop = new();
    private bool _disposed;

    /// <summary>A model over an open file, which the items own; its rows are verified by so many threads, or not.</summary>
    internal LoadedModel(TensorFile file, ItemTable items, Func<TensorInfo, bool> isRows, int rowThreads)
    {
        _file = file;
        Items = items;
        LayersJson = ModelReader.Metadata(file, ModelNames.Layers);
        SimilaritiesJson = file.Metadata.GetValueOrDefault(ModelNames.Similarities) ?? "[]";
        RankersJson = file.Metadata.GetValueOrDefault(ModelNames.Rankers) ?? "[]";
        Version = ModelReader.Metadata(file, ModelNames.Version);
        Metadata = file.Metadata.Where(pair => !IsOwnKey(pair.Key)).ToDictionary();
        HashSet<string> own = ModelNames.OfItems(items.Schema);
        Tensors = [.. file.Tensors.Where(tensor => !own.Contains(tensor.Name) && !IsFormats(tensor))];
        Verification = rowThreads > 0
            ? Task.Factory.StartNew(
                () => file.Verify(isRows, progress: null, rowThreads, _stop.Token),
                _stop.Token,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)
            : Task.CompletedTask;
    }

    /// <summary>The path that was opened.</summary>
    public string Path => _file.Path;

    /// <summary>The length of the file, in bytes.</summary>
    public long FileBytes => _file.Bytes;

    /// <summary>The items. This model owns them: do not dispose them.</summary>
    public ItemTable Items { get; }

    /// <summary>Towers and similarities, as a JSON list of layers that name their weights among the tensors.</summary>
    public string LayersJson { get; }

    /// <summary>Learned similarities, as a JSON list that names their weights among the tensors.</summary>
    public string SimilaritiesJson { get; }

    /// <summary>Rankers, as a JSON list that names their weights among the tensors.</summary>
    public string RankersJson { get; }

    /// <summary>What the model's owner calls this version of it.</summary>
    public string Version { get; }

    /// <summary>Metadata beyond the format's own.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Weights, and tensors that this program does not know, in the order of the file.</summary>
    public IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>
    /// The verification of the embedding rows in the background: it ends well, with the
    /// <see cref="ModelFormatException"/> of a damaged block, or cancelled because the model was disposed.
    /// </summary>
    public Task Verification { get; }

    /// <summary>
    /// The elements of a tensor that must be there with this type and shape, such as a layer's weights.
    /// </summary>
    /// <exception cref="ModelFormatException">It is missing or differs.</exception>
    public NativeSlice<T> Require<T>(string name, TensorType type, params ReadOnlySpan<long> shape)
        where T : unmanaged
        => _file.Require<T>(name, type, shape);

    /// <summary>All tensors of the file, in its order.</summary>
    internal IReadOnlyList<TensorInfo> FileTensors => _file.Tensors;

    /// <summary>The tensor of that name, of the format's own ones too, or null.</summary>
    public TensorInfo? FindTensor(string name) => _file.Find(name);

    /// <summary>The bytes of one of its tensors.</summary>
    /// <exception cref="ArgumentException">It is of another file.</exception>
    public NativeSlice<byte> Data(TensorInfo tensor) => _file.Data(tensor);

    /// <summary>Verifies the whole file, embedding rows and the uniqueness of ids included.</summary>
    /// <param name="progress">Told after every 16 MiB.</param>
    /// <param name="cancellation">Stops between them.</param>
    /// <exception cref="ModelFormatException">Something is damaged.</exception>
    public void Verify(IProgress<VerifyProgress>? progress = null, CancellationToken cancellation = default)
    {
        _file.Verify(which: null, progress, Environment.ProcessorCount, cancellation);
        _ = Items.IdMap;
    }

    /// <summary>
    /// What to write to get this file again, unknown tensors and metadata included; this model must live until then.
    /// </summary>
    public ModelContents Contents() => new()
    {
        Items = Items,
        Version = Version,
        LayersJson = LayersJson,
        SimilaritiesJson = SimilaritiesJson,
        RankersJson = RankersJson,
        Metadata = Metadata,
        Tensors = [.. Tensors.Select(tensor => new TensorSource(
            tensor.Name, tensor.Type, tensor.Shape, sink => sink.Write(_file.Data(tensor))))],
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stop.Cancel();

        // The mapping must not go while it is being read.
        ((IAsyncResult)Verification).AsyncWaitHandle.WaitOne();
        _stop.Dispose();
        Items.Dispose();
    }

    private static bool IsOwnKey(string key)
        => key is ModelNames.Format or ModelNames.Schema or ModelNames.Layers or ModelNames.Similarities
            or ModelNames.Rankers or ModelNames.Version or ModelNames.Checksums;

    private static bool IsFormats(TensorInfo tensor)
        => tensor.Name == TensorNames.Checksums
            || tensor.Name.StartsWith(TensorNames.PadPrefix, StringComparison.Ordinal);
}
