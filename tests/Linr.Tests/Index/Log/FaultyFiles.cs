using Linr.Index.Log.Files;

namespace Linr.Tests.Index.Log;

/// <summary>
/// A folder in memory that keeps what was not synced apart, names too, so that a power cut can drop, tear and reorder
/// it. It may also be full, fail to sync, or be cut off at a chosen operation.
/// </summary>
internal sealed class FaultyFiles : ILogFiles
{
    private readonly Lock _gate = new();
    private readonly List<(string? Removed, string? Added, FaultyNode? Node)> _unsynced = [];
    private Dictionary<string, FaultyNode> _durable = [];
    private Dictionary<string, FaultyNode> _names = [];
    private bool _isLocked;

    /// <summary>Bytes that may still be written before the disk is full.</summary>
    public long SpaceBytes { get; set; } = long.MaxValue;

    public bool FailSyncs { get; set; }

    /// <summary>Files that are not removed while they are mapped, as on Windows.</summary>
    public HashSet<string> Mapped { get; } = [];

    /// <summary>Changes still done; the last of them fails though done, and the folder's holder is cut off.</summary>
    public int OperationsLeft { get; set; } = int.MaxValue;

    public bool IsCutOff => OperationsLeft == 0;

    public IEnumerable<string> Names => List().Order();

    public byte[] this[string name]
    {
        get => _names[name].Bytes;
        set
        {
            _names[name].Bytes = value;
            _names[name].Sync();
        }
    }

    /// <summary>The same folder, with all that its holder has done and no holder: the process was killed.</summary>
    public FaultyFiles AfterKill()
    {
        lock (_gate)
        {
            OperationsLeft = 0;
            return Copy();
        }
    }

    /// <summary>The same folder once more, without a holder.</summary>
    public FaultyFiles Copy()
    {
        lock (_gate)
        {
            Dictionary<FaultyNode, FaultyNode> copies = _names.Values.Concat(_durable.Values)
                .Concat(_unsynced.Select(change => change.Node).OfType<FaultyNode>())
                .Distinct().ToDictionary(node => node, node => node.Copy());
            var files = new FaultyFiles
            {
                Folder = Folder,
                _names = _names.ToDictionary(pair => pair.Key, pair => copies[pair.Value]),
                _durable = _durable.ToDictionary(pair => pair.Key, pair => copies[pair.Value]),
            };
            files._unsynced.AddRange(_unsynced.Select(
                change => (change.Removed, change.Added, change.Node is null ? null : copies[change.Node])));
            return files;
        }
    }

    /// <summary>The folder after a power cut.</summary>
    public FaultyFiles AfterPowerCut(Random random)
    {
        lock (_gate)
        {
            OperationsLeft = 0;
            double kept = random.Next(4) switch { 0 => 0, 1 => 1, _ => random.NextDouble() };
            var names = new Dictionary<string, FaultyNode>(_durable);
            foreach ((string? removed, string? added, FaultyNode? node) in _unsynced)
            {
                if (random.NextDouble() < kept)
                {
                    Change(names, removed, added, node);
                }
            }

            names = names.ToDictionary(pair => pair.Key, pair => pair.Value.AfterPowerCut(random));
            return new FaultyFiles
            {
                Folder = Folder, _names = names, _durable = new Dictionary<string, FaultyNode>(names),
            };
        }
    }

    public T Do<T>(Func<T> operation, bool isChange = true)
    {
        lock (_gate)
        {
            if (IsCutOff)
            {
                throw new IOException("The disk is gone.");
            }

            OperationsLeft -= isChange ? 1 : 0;
            T result = operation();
            return IsCutOff ? throw new IOException("The disk goes.") : result;
        }
    }

    /// <summary>How many of the bytes the disk has room for.</summary>
    public int Take(int bytes)
    {
        int length = (int)Math.Min(bytes, SpaceBytes);
        SpaceBytes -= length;
        return length;
    }

    /// <summary>A real folder for copies of files, where somebody has to read one by its path.</summary>
    public string? Folder { get; set; }

    public string PathOf(string name)
    {
        if (Folder is null || !_names.ContainsKey(name))
        {
            return name;
        }

        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(Folder, $"{Guid.NewGuid():N}")).FullName, name);
        File.WriteAllBytes(path, this[name]);
        return path;
    }

    public IReadOnlyList<string> List() => Do(() => _names.Keys.ToArray(), isChange: false);

    public ILogFile Create(string name) => Do(() =>
    {
        var node = new FaultyNode();
        Rename(null, name, node);
        return new FaultyFile(this, node);
    });

    public ILogFile Open(string name, bool forWriting)
        => Do(() => new FaultyFile(this, _names[name]), isChange: false);

    public void Rename(string name, string newName) => Do(() =>
    {
        Rename(name, newName, _names[name]);
        return 0;
    });

    public void Delete(string name) => Do(() =>
    {
        Rename(name, null, null);
        return 0;
    });

    public bool TryDelete(string name)
    {
        bool isMapped = Mapped.Contains(name);
        if (!isMapped)
        {
            Delete(name);
        }

        return !isMapped;
    }

    public void SyncNames() => Do(() =>
    {
        if (FailSyncs)
        {
            throw new IOException("Input/output error.");
        }

        _durable = new Dictionary<string, FaultyNode>(_names);
        _unsynced.Clear();
        return 0;
    });

    public IDisposable Lock()
    {
        if (_isLocked)
        {
            throw new IOException("Another has the log open.");
        }

        _isLocked = true;
        return new Unlock(this);
    }

    private void Rename(string? removed, string? added, FaultyNode? node)
    {
        Change(_names, removed, added, node);
        _unsynced.Add((removed, added, node));
    }

    private static void Change(
        Dictionary<string, FaultyNode> names, string? removed, string? added, FaultyNode? node)
    {
        if (removed is not null)
        {
            names.Remove(removed);
        }

        if (added is not null)
        {
            names[added] = node!;
        }
    }

    private sealed class Unlock(FaultyFiles files) : IDisposable
    {
        public void Dispose() => files._isLocked = false;
    }
}
