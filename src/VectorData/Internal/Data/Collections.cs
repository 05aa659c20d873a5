using System.Diagnostics.CodeAnalysis;
using Linr.Engine;
using Linr.Engine.Live;
using Linr.Engine.Store;
using Linr.Index;
using Linr.Index.ModelFiles;

namespace Linr.VectorData;

/// <summary>
/// The collections of one folder, or of memory, by name. All that has a folder open in this process shares one of these,
/// for the system lets one open a store. Safe for concurrent callers.
/// </summary>
internal sealed class Collections : IDisposable
{
    private static readonly Lock s_opening = new();
    private static readonly Dictionary<string, Collections> s_folders = [];

    private readonly Lock _changing = new();
    private readonly Dictionary<string, SharedIndex> _open = [];
    private readonly string? _folder;
    private readonly StoreOptions _options;
    private int _owners = 1;

    private Collections(string? folder, StoreOptions options) => (_folder, _options) = (folder, options);

    /// <summary>The name of the folder; null in memory.</summary>
    public string? Name => _folder is null ? null : Path.GetFileName(_folder);

    /// <summary>Those of a folder, which need not be there yet; or, of null, new ones in memory.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How they are kept and searched; of a folder that is open already those of who came first.</param>
    /// <exception cref="ArgumentException">Options are wrong; the message lists every problem.</exception>
    public static Collections Open(string? folder, StoreOptions options)
    {
        string[] problems = [.. options.FindProblems()];
        if (problems.Length > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems), nameof(options));
        }

        if (folder is null)
        {
            return new Collections(folder: null, options);
        }

        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        lock (s_opening)
        {
            if (s_folders.TryGetValue(path, out Collections? open))
            {
                open._owners++;
                return open;
            }

            CollectionFolder.DeleteLeft(path);
            return s_folders[path] = new Collections(path, options);
        }
    }

    /// <summary>The same, with one more who disposes them.</summary>
    public Collections Share()
    {
        lock (s_opening)
        {
            ObjectDisposedException.ThrowIf(_owners == 0, this);
            _owners++;
            return this;
        }
    }

    /// <summary>The names of all, in order.</summary>
    public IReadOnlyList<string> List()
    {
        lock (_changing)
        {
            ThrowIfDisposed();
            return [.. (_folder is null ? _open.Keys : CollectionFolder.Names(_folder)).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>The index of a collection, entered; false where there is none. It is opened at first use.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public bool TryEnter(string name, [NotNullWhen(true)] out SharedIndex? index)
    {
        lock (_changing)
        {
            ThrowIfDisposed();
            if (!_open.TryGetValue(name, out index) && _folder is not null && Has(name))
            {
                index = new SharedIndex(new LinrIndex(IndexStore.Open(CollectionFolder.PathOf(_folder, name), _options)));
                _open.Add(name, index);
            }

            return index?.TryEnter() ?? false;
        }
    }

    /// <summary>Makes a collection where there is none of that name.</summary>
    /// <exception cref="IOException">The disk failed, or there is one whose name differs in case alone.</exception>
    public void Ensure(string name, Schema schema)
    {
        lock (_changing)
        {
            ThrowIfDisposed();
            if (!_open.ContainsKey(name) && (_folder is null || !Has(name)))
            {
                _open.Add(name, new SharedIndex(Make(name, schema)));
            }
        }
    }

    /// <summary>Removes a collection where there is one; searches that run end on it.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Delete(string name)
    {
        lock (_changing)
        {
            ThrowIfDisposed();
            if (_open.Remove(name, out SharedIndex? index))
            {
                index.Leave();
            }

            if (_folder is not null && Has(name))
            {
                CollectionFolder.Delete(_folder, name);
            }
        }
    }

    /// <summary>One who had them has left; with the last, all are closed.</summary>
    public void Dispose()
    {
        lock (s_opening)
        {
            if (_owners == 0 || --_owners > 0)
            {
                return;
            }

            if (_folder is not null)
            {
                s_folders.Remove(_folder);
            }

            lock (_changing)
            {
                foreach (SharedIndex index in _open.Values)
                {
                    index.Leave();
                }

                _open.Clear();
            }
        }
    }

    private bool Has(string name) => CollectionFolder.Names(_folder!).Contains(name);

    private LinrIndex Make(string name, Schema schema)
    {
        using var builder = new ItemTableBuilder(schema);
        ItemTable items = builder.Build();
        if (_folder is null)
        {
            return new LinrIndex(Retriever.Over(
                items,
                name,
                _options.Retriever with { Live = new LiveOptions { Capacity = _options.Capacity } }));
        }

        using (items)
        {
            return new LinrIndex(IndexStore.Create(
                CollectionFolder.PathOf(_folder, name), new ModelContents { Items = items, Version = name }, _options));
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _owners) == 0, this);
}
