using Linr.Engine;
using Linr.Engine.Live;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Live;

/// <summary>What was acknowledged is there when a model is opened again, whatever became of the process.</summary>
public sealed class DurabilityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(IdKind.Integer, 31)]
    [InlineData(IdKind.Text, 32)]
    public async Task A_model_and_its_log_are_what_was_acknowledged(IdKind kind, int seed)
    {
        string model = Write(kind, 50);
        var random = new Random(seed);
        var twin = Enumerable.Range(0, 50).ToDictionary(i => LiveItems.Id(kind, i), i => LiveItems.Of(LiveItems.Id(kind, i), i));
        for (int life = 0; life < 6; life++)
        {
            using (Retriever retriever = Open(model))
            {
                AssertSame(twin, retriever);
                for (int set = 0; set < 8; set++)
                {
                    ItemChange[] changes = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Draw(kind, random))];
                    foreach (ItemChange change in changes)
                    {
                        Apply(change, twin);
                    }

                    await retriever.ApplyAsync(changes);
                }

                // As a killed process leaves it: nothing is closed.
                string copy = _folder.File($"killed-{life}");
                Copy(Log, copy);
                using (Retriever killed = Open(model, copy))
                {
                    AssertSame(twin, killed);
                }

                if (life % 3 == 1)
                {
                    model = _folder.File($"saved-{life}.linr");
                    retriever.Save(model, dropsLog: life == 4);
                }
            }
        }

        using Retriever last = Open(model);
        AssertSame(twin, last);
    }

    [Fact]
    public void A_change_that_is_stale_stays_so()
    {
        string model = Write(IdKind.Integer, 3);
        using (Retriever retriever = Open(model))
        {
            retriever.Apply(ItemChange.Upsert(LiveItems.Of(7, 7), version: 5), ItemChange.Delete(2, version: 9));
        }

        using (Retriever again = Open(model))
        {
            Assert.Equal(2, Stale(again));
            again.Save(_folder.File("saved.linr"), dropsLog: true);
        }

        using Retriever saved = Open(_folder.File("saved.linr"));
        Assert.Equal(2, Stale(saved));
        Assert.Null(saved.Get(2));
        Assert.NotNull(saved.Get(7));

        static int Stale(Retriever retriever) => retriever.Apply(
            ItemChange.Delete(7, version: 5), ItemChange.Upsert(LiveItems.Of(2, 2), version: 8)).Stale;
    }

    [Fact]
    public void A_refused_set_is_not_logged_and_another_models_log_is_refused()
    {
        string model = Write(IdKind.Integer, 3);
        string older = _folder.File("older");
        using (Retriever retriever = Open(model))
        {
            retriever.Apply(ItemChange.Upsert(LiveItems.Of(7, 7)));
            Assert.Throws<ItemException>(() => retriever.Apply(ItemChange.Upsert(new Item { Id = 8 })));
            Copy(Log, older);
            retriever.Apply(ItemChange.Delete(7), ItemChange.Delete(1));
            retriever.Save(_folder.File("saved.linr"));
        }

        using (Retriever again = Open(model))
        {
            Assert.Equal(2L, again.Apply(ItemChange.Delete(0)).Version);
        }

        Assert.Contains(
            "Live.LogFolder: expected a log with offset 3, where the model was saved; found one of 0 to 1.",
            Assert.Throws<ArgumentException>(() => Open(_folder.File("saved.linr"), older)).Message,
            StringComparison.Ordinal);

        // A log that is made goes on where the model was saved.
        string fresh = _folder.File("fresh");
        using (Retriever started = Open(_folder.File("saved.linr"), fresh))
        {
            started.Apply(ItemChange.Upsert(LiveItems.Of(70, 7)));
        }

        using Retriever restarted = Open(_folder.File("saved.linr"), fresh);
        Assert.NotNull(restarted.Get(70));
        using LoadedModel read = ModelReader.Open(_folder.File("saved.linr"));
        Assert.Equal("3", read.Metadata["linr.offset"]);
    }

    private string Log => _folder.File("log");

    private Retriever Open(string model, string? log = null) => Retriever.Open(model, new RetrieverOptions
    {
        Threads = 1, Live = new LiveOptions { LogFolder = log ?? Log },
    });

    private string Write(IdKind kind, int count)
    {
        string path = _folder.File("model.linr");
        using ItemTable items = LiveItems.Build(kind, count);
        ModelWriter.Write(path, new ModelContents { Items = items, Version = "v" });
        return path;
    }

    private static ItemChange Draw(IdKind kind, Random random)
    {
        ItemId id = LiveItems.Id(kind, random.Next(120));
        return random.Next(3) == 0 ? ItemChange.Delete(id) : ItemChange.Upsert(LiveItems.Of(id, random.Next(100_000)));
    }

    private static void Apply(ItemChange change, Dictionary<ItemId, Item> twin)
    {
        if (change.Kind == ChangeKind.Delete)
        {
            twin.Remove(change.Id);
        }
        else
        {
            twin[change.Id] = change.Item;
        }
    }

    private static void AssertSame(Dictionary<ItemId, Item> twin, Retriever retriever)
    {
        SearchResponse all = retriever.Search(new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("exact", new float[] { 1, 2, 3, 4 })], K = 1_000,
        });
        Assert.Equal(twin.Keys.Order(), all.Hits.Select(hit => hit.Id).Order());
        foreach ((ItemId id, Item item) in twin)
        {
            Item found = retriever.Get(id)!;
            Assert.Equal(item.Embeddings["exact"].ToArray(), found.Embeddings["exact"].ToArray());
            Assert.Equal(
                item.Fields.Where(pair => pair.Value.Count > 0).Select(pair => (pair.Key, string.Join('|', pair.Value))).Order(),
                found.Fields.Select(pair => (pair.Key, string.Join('|', pair.Value))).Order());
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from, "*.log"))
        {
            using FileStream source = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using FileStream target = File.Create(Path.Combine(to, Path.GetFileName(file)));
            source.CopyTo(target);
        }
    }
}
