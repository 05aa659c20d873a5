using Linr.Engine;
using Linr.Engine.Live;
using Linr.Index;
using Linr.Index.Live;
using Linr.Index.Log;
using Linr.Index.ModelFiles;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Live;

/// <summary>Two retrievers of one log: one takes the changes until it hands over, the other from then on.</summary>
public sealed class HandOverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Who_takes_over_has_all_that_came_before_and_all_that_follows()
    {
        string model = _folder.File("model.linr");
        using (ItemTable items = LiveItems.Build(IdKind.Integer, 3))
        {
            ModelWriter.Write(model, new ModelContents { Items = items, Version = "v" });
        }

        using (ChangeLog log = ChangeLog.Open(_folder.File("log")))
        {
            using Retriever first = Open(model, log);
            first.Apply(ItemChange.Upsert(LiveItems.Of(70, 7)));
            using Retriever next = Open(model, log);
            Assert.NotNull(next.Get(70));

            // These came when the other was open already.
            await first.ApplyAsync([ItemChange.Upsert(LiveItems.Of(71, 7)), ItemChange.Delete(1)], new SourcePosition("a", "1"));
            Task<ChangeResult> unsettled = first.ApplyAsync(ItemChange.Upsert(LiveItems.Of(72, 7)));
            first.Live.HandOver(next.Live, isPush: false);
            Assert.Equal(1, (await unsettled).Upserted);
            Assert.All((ItemId[])[70, 71, 72], id => Assert.NotNull(next.Get(id)));
            Assert.Null(next.Get(1));
            Assert.Equal("1", next.PositionOf("a")!.Position);
            Assert.Throws<ReplacedException>(() => first.Apply(ItemChange.Delete(70)));
            next.Apply(ItemChange.Update(new Item { Id = 72, Fields = LiveItems.Fields(8) }));
            Assert.Equal("word 7", first.Get(72)!.Fields["word"][0].Text);
        }

        using ChangeLog again = ChangeLog.Open(_folder.File("log"));
        using Retriever opened = Open(model, again);
        Assert.Equal("word 8", opened.Get(72)!.Fields["word"][0].Text);
        Assert.NotNull(opened.Get(70));
    }

    private static Retriever Open(string model, ChangeLog log) => Retriever.Open(model, new RetrieverOptions
    {
        Device = EngineDevice.Cpu, Threads = 1, Live = new LiveOptions { Log = log },
    });
}
