using Linr.Engine;
using Linr.Engine.Live;
using Linr.Engine.Store;
using Linr.Index;
using Linr.Index.Live;
using Linr.Index.ModelFiles;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Store;

/// <summary>What a store or a retriever says can be seen, can be seen.</summary>
public sealed class VisibleOffsetTests : IDisposable
{
    private static readonly StoreOptions s_options = new()
    {
        Retriever = new RetrieverOptions { Device = EngineDevice.Cpu, Threads = 1 },
        SnapshotEveryChanges = null,
        SnapshotEveryLogBytes = null,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_offset_that_can_be_seen_is_never_ahead_of_the_items()
    {
        using IndexStore store = Make();
        using var stop = new CancellationTokenSource();

        // One record a set, so that the offset behind a set is its number.
        Task writer = Task.Run(async () =>
        {
            for (long number = 1; !stop.IsCancellationRequested; number++)
            {
                ChangeResult made = await store.ApplyAsync(Numbered(number));
                Assert.Equal(number, made.Offset);
                Assert.True(store.VisibleOffset >= number);
            }
        });
        Task reader = Task.Run(() =>
        {
            long last = 0;
            while (!stop.IsCancellationRequested)
            {
                long offset = store.VisibleOffset;
                Assert.True(offset >= last, $"From {last} back to {offset}.");
                Assert.True(NumberIn(store) >= offset, $"Offset {offset}, and the items are of {NumberIn(store)}.");
                last = offset;
            }
        });
        for (int round = 0; round < 10 && !reader.IsCompleted && !writer.IsCompleted; round++)
        {
            store.Compact(TestContext.Current.CancellationToken);
        }

        stop.Cancel();
        await Task.WhenAll(writer, reader);
        Assert.True(store.VisibleOffset > 0);
        Assert.Equal(store.Offset, store.VisibleOffset);
    }

    [Fact]
    public async Task It_is_the_end_of_the_log_after_a_push_a_compaction_and_a_start()
    {
        string pushed = _folder.File("pushed.linr");
        Write(pushed);
        using (IndexStore store = Make())
        {
            Assert.Equal(0, store.VisibleOffset);
            Assert.Equal(0, (await store.ApplyAsync()).Offset);
            ChangeResult made = await store.ApplyAsync([Numbered(1), ItemChange.Delete(2)], new SourcePosition("a", "1"));
            Assert.Equal(3, made.Offset);
            Assert.Equal(3, store.VisibleOffset);
            using StoreLease before = store.Lease();
            store.Push(pushed, cancellation: TestContext.Current.CancellationToken);

            // The mark is a record too, of the one that serves now.
            Assert.Equal(4, store.VisibleOffset);
            Assert.Equal(3, before.Retriever.Offset);
            store.Compact(TestContext.Current.CancellationToken);
            Assert.Equal(4, store.VisibleOffset);
            Assert.Equal(5, (await store.ApplyAsync(Numbered(2))).Offset);
            Assert.Equal(5, store.VisibleOffset);
            Assert.Equal(8, (await store.PushAsync([LiveItems.Of(1, 1), LiveItems.Of(0, 0)], version: 1)).Offset);
            Assert.Equal(8, store.Offset);
        }

        using IndexStore again = IndexStore.Open(_folder.File("store"), s_options);
        Assert.Equal(8, again.VisibleOffset);
    }

    [Fact]
    public void A_retriever_has_one_where_it_has_a_log()
    {
        string model = _folder.File("model.linr");
        Write(model);
        using (Retriever fixedItems = Retriever.Open(model, s_options.Retriever))
        {
            Assert.Null(fixedItems.Offset);
        }

        using (Retriever live = Retriever.Open(model, s_options.Retriever with { Live = new LiveOptions() }))
        {
            Assert.Null(live.Apply(Numbered(1)).Offset);
            Assert.Null(live.Offset);
        }

        RetrieverOptions logged = s_options.Retriever with
        {
            Live = new LiveOptions { LogFolder = _folder.File("changes") },
        };
        using (Retriever live = Retriever.Open(model, logged))
        {
            Assert.Equal(0, live.Offset);
            Assert.Equal(2, live.Apply(Numbered(1), Numbered(2)).Offset);
            Assert.Throws<ItemException>(() => live.Apply(ItemChange.Update(new Item { Id = 99 })));
            Assert.Equal(2, live.Offset);
        }

        using Retriever again = Retriever.Open(model, logged);
        Assert.Equal(2, again.Offset);
    }

    private static ItemChange Numbered(long number) => ItemChange.Update(new Item
    {
        Id = 1,
        Fields = new Dictionary<string, IReadOnlyList<Value>> { ["number"] = [Value.OfInteger(number)] },
    });

    private static long NumberIn(IndexStore store) => store.Get(1)!.Fields["number"][0].Integer;

    private IndexStore Make()
    {
        using ItemTable items = LiveItems.Build(IdKind.Integer, 3);
        return IndexStore.Create(_folder.File("store"), new ModelContents { Items = items }, s_options);
    }

    private static void Write(string path)
    {
        using ItemTable items = LiveItems.Build(IdKind.Integer, 3);
        ModelWriter.Write(path, new ModelContents { Items = items });
    }
}
