using System.Globalization;
using Linr.Engine;
using Linr.Engine.Live;
using Linr.Engine.Store;
using Linr.Filters;
using Linr.Index;
using Linr.Index.Live;
using Linr.Index.ModelFiles;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Store;

/// <summary>
/// Random operations on a store and on its twin: changes of all kinds, searches, snapshots, compactions, pushes,
/// restarts, and crashes, which go on with a copy of the files as they are. All follow from one seed.
/// </summary>
internal sealed class StoreRun(EngineDevice device, IdKind kind, int seed) : IDisposable
{
    private const int Ids = 300;

    private static readonly string[] s_filters =
    [
        "word = 'word 5' or words = 'words 7'", "number > 50000", "not flag = true", "numbers >= 100.5 and numbers < 40000",
        "number missing", "word != 'word 9' and not (words = 'words 3' or flag = false)",
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(seed);
    private readonly List<Task> _waiting = [];
    private readonly StoreTwin _twin = new();
    private IndexStore? _store;
    private string _path = string.Empty;
    private int _paths;
    private int _number;

    private StoreOptions Options => new()
    {
        Retriever = new RetrieverOptions { Device = device, Threads = 1 },
        Capacity = 2_000,
        SnapshotEveryChanges = 700,
        SnapshotEveryLogBytes = null,
        CompactAt = 2,
        SnapshotsKept = 1 + (int)((uint)seed % 3),
    };

    /// <summary>Counts of what was done.</summary>
    public SortedDictionary<string, int> Done { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs so many operations.</summary>
    public async Task RunAsync(int operations)
    {
        _path = NextPath();
        using (ItemTable items = LiveItems.Build(kind, 50))
        {
            _store = IndexStore.Create(_path, new ModelContents { Items = items, Version = "0" }, Options);
        }

        for (int i = 0; i < 50; i++)
        {
            _twin.Apply(ItemChange.Upsert(LiveItems.Of(LiveItems.Id(kind, i), i)));
        }

        for (int done = 0; done < operations;)
        {
            done += await StepAsync();
        }

        await SettleAsync();
        _twin.AssertSame(_store!);
    }

    public void Dispose()
    {
        _store?.Dispose();
        _folder.Dispose();
    }

    private async Task<int> StepAsync()
    {
        int choice = _random.Next(1_000);
        switch (choice)
        {
            case < 4:
                await SettleAsync();
                return Note("restart", Restart(isCrash: false));
            case < 9:
                await SettleAsync();
                return Note("crash", Restart(isCrash: true));
            case < 14:
                await SettleAsync();
                return Note("push", await PushAsync());
            case < 24:
                return Note("snapshot", Snapshot());
            case < 28:
                return Note("compaction", Compact());
            case < 40:
                await SettleAsync();
                _twin.AssertSame(_store!);
                return Note("comparison", 1);
            case < 500:
                return Note("search", Search());
            default:
                return Note("change", Change());
        }
    }

    private int Note(string what, int count)
    {
        Done[what] = Done.GetValueOrDefault(what) + count;
        return count;
    }

    private async Task SettleAsync()
    {
        await Task.WhenAll(_waiting);
        _waiting.Clear();
    }

    private int Restart(bool isCrash)
    {
        string next = NextPath();
        if (isCrash)
        {
            CopyFiles(_path, next);
            _store!.Dispose();
        }
        else
        {
            _store!.Dispose();
            Directory.Move(_path, next);
        }

        _path = next;
        _store = IndexStore.Open(next, Options);
        Assert.Empty(_store.Opening.Damaged);
        _twin.AssertSame(_store);
        return 1;
    }

    private async Task<int> PushAsync()
    {
        if (_random.Next(4) == 0)
        {
            return await PushCatalogueAsync();
        }

        var options = new PushOptions
        {
            Items = _random.Next(3) == 0 ? PushItems.OfStore : PushItems.OfModel,
            Version = _random.Next(2) == 0 ? null : _random.Next(_number + 1),
        };
        var pushed = new StoreTwin();
        string file = _folder.File("pushed.linr");
        string name = $"{_number}";
        using (Retriever model = Retriever.Over(
            LiveItems.Build(kind, 0), name, new RetrieverOptions { Threads = 1, Live = new LiveOptions() }))
        {
            ItemChange[] items = [.. Enumerable.Range(0, _random.Next(200)).Select(_ => DrawWhole())];
            Array.ForEach(items, change => pushed.Apply(change));
            model.Apply(items);
            model.Save(file);
        }

        _store!.Push(file, options);
        _twin.Push(pushed, options);
        Assert.Equal(name, _store.ModelVersion);
        _twin.AssertSame(_store);
        return 1;
    }

    private async Task<int> PushCatalogueAsync()
    {
        long? version = _random.Next(2) == 0 ? null : _random.Next(_number + 1);
        Item[] items = [.. Enumerable.Range(0, Ids).Where(_ => _random.Next(3) > 0)
            .Select(id => LiveItems.Of(LiveItems.Id(kind, id), ++_number))];
        HashSet<ItemId> pushed = [.. items.Select(item => item.Id)];
        await _store!.PushAsync(items, version);
        foreach (ItemChange change in _twin.Items.Keys.Where(id => !pushed.Contains(id)).ToArray()
            .Select(id => ItemChange.Delete(id, version)).Concat(items.Select(item => ItemChange.Upsert(item, version))))
        {
            _twin.Apply(change);
        }

        return 1;
    }

    private int Snapshot()
    {
        StoreSnapshot made = _store!.Snapshot();
        Assert.InRange(_store.Snapshots.Count, 1, Options.SnapshotsKept);
        Assert.Contains(made, _store.Snapshots);
        return 1;
    }

    private int Compact()
    {
        _store!.Compact();
        using StoreLease lease = _store.Lease();
        Assert.Equal(_twin.Items.Count, lease.Retriever.Live.Table.UsedRows);
        return 1;
    }

    private int Search()
    {
        float[] query = LiveItems.Embedding(_random.Next(1_000), 4);
        Filter? filter = _random.Next(3) == 0 ? null : Filter.Parse(s_filters[_random.Next(s_filters.Length)]);
        int k = 1 + _random.Next(40);
        SearchResponse found = _store!.Search(new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("exact", query)], Filter = filter, K = k,
        });
        Assert.Equal(
            _twin.Search(query, filter, k, _store.Schema), found.Hits.Select(hit => (hit.Id, hit.Score)));
        ItemId id = LiveItems.Id(kind, _random.Next(Ids));
        Assert.Equal(_twin.Items.ContainsKey(id), _store.Get(id) is not null);
        return 1;
    }

    private int Change()
    {
        var changes = new List<ItemChange>();
        int stale = 0;
        for (int i = _random.Next(4) == 0 ? _random.Next(1, 12) : 1; i > 0; i--)
        {
            ItemChange change = Draw();
            stale += _twin.Apply(change) ? 0 : 1;
            changes.Add(change);
        }

        Task<ChangeResult> task;
        if (_random.Next(3) == 0)
        {
            string source = $"source {_random.Next(2)}";
            string position = _number.ToString(CultureInfo.InvariantCulture);
            _twin.Positions[source] = position;
            task = _store!.ApplyAsync(changes, new SourcePosition(source, position));
        }
        else
        {
            task = _store!.ApplyAsync(changes);
        }

        _waiting.Add(CheckAsync(task, stale));
        return changes.Count;
    }

    private static async Task CheckAsync(Task<ChangeResult> task, int stale) => Assert.Equal(stale, (await task).Stale);

    private ItemChange Draw()
    {
        ItemId id = LiveItems.Id(kind, _random.Next(Ids));
        long? version = _random.Next(2) == 0 ? null : _random.Next(_number + 2);
        bool isStale = version <= (_twin.Versions.TryGetValue(id, out long had) ? had : null);
        int what = _random.Next(10);
        if (what < 2)
        {
            return ItemChange.Delete(id, version);
        }

        _number++;
        return what < 6 || !(_twin.Items.ContainsKey(id) || isStale)
            ? ItemChange.Upsert(LiveItems.Of(id, _number), version)
            : ItemChange.Update(
                what < 8
                    ? new Item { Id = id, Fields = LiveItems.Fields(_number) }
                    : new Item
                    {
                        Id = id,
                        Embeddings = LiveItems.Embeddings(_number).Skip(what - 8).Take(1).ToDictionary(),
                    },
                version);
    }

    private ItemChange DrawWhole()
    {
        ItemId id = LiveItems.Id(kind, _random.Next(Ids));
        long? version = _random.Next(2) == 0 ? null : _random.Next(_number + 2);
        return _random.Next(6) == 0 && version is not null
            ? ItemChange.Delete(id, version) : ItemChange.Upsert(LiveItems.Of(id, ++_number), version);
    }

    private string NextPath() => _folder.File($"store-{_paths++}");

    private static void CopyFiles(string from, string to)
    {
        foreach (string folder in (string[])["snapshots", "log"])
        {
            Directory.CreateDirectory(Path.Combine(to, folder));
            foreach (string file in Directory.GetFiles(Path.Combine(from, folder)).Where(file => !file.EndsWith("lock", StringComparison.Ordinal)))
            {
                using FileStream source = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using FileStream target = File.Create(Path.Combine(to, folder, Path.GetFileName(file)));
                source.CopyTo(target);
            }
        }
    }
}
