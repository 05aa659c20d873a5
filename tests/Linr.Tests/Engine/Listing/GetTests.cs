using Linr.Engine;
using Linr.Engine.Live;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Listing;

/// <summary>Items of some ids.</summary>
public sealed class GetTests
{
    [Theory]
    [InlineData(IdKind.Integer, false)]
    [InlineData(IdKind.Integer, true)]
    [InlineData(IdKind.Guid, true)]
    [InlineData(IdKind.Text, false)]
    public void Items_come_in_the_order_of_their_ids_and_what_is_not_there_is_told(IdKind kind, bool isLive)
    {
        using var retriever = Retriever.Over(
            LiveItems.Build(kind, 50), options: new RetrieverOptions { Live = isLive ? new LiveOptions() : null });
        if (isLive)
        {
            retriever.Apply(
                ItemChange.Delete(LiveItems.Id(kind, 7)),
                ItemChange.Upsert(LiveItems.Of(LiveItems.Id(kind, 60), 8)),
                ItemChange.Upsert(LiveItems.Of(LiveItems.Id(kind, 3), 9)));
        }

        ItemId[] ids = [.. ((int[])[60, 3, 7, 3, 99, 0]).Select(number => LiveItems.Id(kind, number))];
        FoundItems found = retriever.Get(ids, withEmbeddings: true);
        int[] there = isLive ? [0, 1, 3, 5] : [1, 2, 3, 5];
        Assert.Equal(there.Select(i => ids[i]), found.Items.Select(item => item.Id));
        Assert.Equal(Enumerable.Range(0, 6).Except(there).Select(i => ids[i]), found.Missing);
        Assert.Equal(LiveItems.Embedding(isLive ? 9 : 3, 4), found.Items[isLive ? 1 : 0].Embeddings["exact"].ToArray());
        Assert.Equal($"word {(isLive ? 9 : 3)}", found.Items[isLive ? 1 : 0].Fields["word"][0].Text);

        FoundItems part = retriever.Get(ids, ["word"]);
        Assert.All(part.Items, item => Assert.Equal(["word"], item.Fields.Keys));
        Assert.All(part.Items, item => Assert.Empty(item.Embeddings));
        Assert.Empty(retriever.Get([]).Items);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        using var retriever = Retriever.Over(LiveItems.Build(IdKind.Integer, 3));
        var ids = Enumerable.Range(0, Limits.ScrollMax).Select(i => new ItemId(i)).Append("one").ToArray();
        string[] problems = Assert.Throws<ArgumentException>(() => retriever.Get(ids, ["colour"]))
            .Message.Split(Environment.NewLine);
        Assert.Equal("Ids: expected at most 10000; found 10001.", problems[0]);
        Assert.Equal("Ids: expected ids of kind Integer; found Text (one).", problems[1]);
        Assert.StartsWith("Fields: the model has no field \"colour\".", problems[2], StringComparison.Ordinal);
        Assert.Equal(3, retriever.Get(ids[..Limits.ScrollMax]).Items.Length);
    }

    [Fact]
    public async Task All_items_of_an_answer_are_of_one_state()
    {
        using var retriever = Retriever.Over(
            LiveItems.Build(IdKind.Integer, 50), options: new RetrieverOptions { Live = new LiveOptions() });
        using var stop = new CancellationTokenSource();
        Task writer = Task.Run(() =>
        {
            for (int number = 0; !stop.IsCancellationRequested; number++)
            {
                retriever.Apply([.. Enumerable.Range(0, 20).Select(id => ItemChange.Upsert(LiveItems.Of(id, number)))]);
            }
        });
        for (int round = 0; round < 300; round++)
        {
            FoundItems found = retriever.Get([.. Enumerable.Range(0, 20).Select(id => new ItemId(id))], ["word"]);
            if (found.Items[0].Fields["word"][0].Text != "word 0")
            {
                Assert.Single(found.Items.Select(item => item.Fields["word"][0].Text).Distinct());
            }
        }

        stop.Cancel();
        await writer;
    }
}
