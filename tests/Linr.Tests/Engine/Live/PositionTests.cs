using Linr.Engine;
using Linr.Engine.Live;
using Linr.Index;
using Linr.Index.Log;
using Linr.Index.ModelFiles;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Live;

/// <summary>How far sources were read is there with their changes, or neither is.</summary>
public sealed class PositionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Positions_come_back_with_their_changes_out_of_log_and_model()
    {
        var time = new DateTimeOffset(2026, 3, 4, 5, 6, 7, 890, TimeSpan.FromHours(2));
        string model = Write();
        using (Retriever retriever = Open(model))
        {
            Assert.Null(retriever.PositionOf("orders"));
            await retriever.ApplyAsync([ItemChange.Upsert(LiveItems.Of(7, 7))], new SourcePosition("orders", "0/16", time));
            await retriever.ApplyAsync([], new SourcePosition("files", "a.jsonl:12"));
            await retriever.ApplyAsync([ItemChange.Delete(1)], new SourcePosition("orders", "0/20"));
            AssertPositions(retriever);
        }

        using (Retriever again = Open(model))
        {
            AssertPositions(again);
            Assert.NotNull(again.Get(7));
            again.Save(_folder.File("saved.linr"), dropsLog: true);
        }

        using (Retriever saved = Open(_folder.File("saved.linr")))
        {
            AssertPositions(saved);
            await saved.ApplyAsync([ItemChange.Delete(7)], new SourcePosition("orders", "0/30", time));
            saved.Save(_folder.File("saved-2.linr"));
        }

        using var unlogged = Retriever.Open(_folder.File("saved-2.linr"), new RetrieverOptions { Live = new LiveOptions() });
        Assert.Equal(new SourcePosition("orders", "0/30", time.ToUniversalTime()), unlogged.PositionOf("orders"));
        Assert.Equal("a.jsonl:12", unlogged.PositionOf("files")!.Position);
    }

    [Fact]
    public async Task A_position_and_its_changes_are_one_unit_at_every_cut()
    {
        string model = Write();
        using (Retriever retriever = Open(model))
        {
            for (int i = 1; i <= 5; i++)
            {
                await retriever.ApplyAsync(
                    [ItemChange.Upsert(LiveItems.Of(10, i)), ItemChange.Upsert(LiveItems.Of(11, i))],
                    new SourcePosition("source", $"{i}"));
            }
        }

        string segment = Assert.Single(Directory.GetFiles(_folder.File("log"), "*.log"));
        byte[] all = File.ReadAllBytes(segment);
        Directory.CreateDirectory(_folder.File("cut"));
        var seen = new HashSet<string>();
        for (int length = all.Length; length >= 64; length -= 41)
        {
            Array.ForEach(Directory.GetFiles(_folder.File("cut")), File.Delete);
            File.WriteAllBytes(Path.Combine(_folder.File("cut"), Path.GetFileName(segment)), all[..length]);
            using Retriever cut = Open(model, "cut");
            string position = cut.PositionOf("source")?.Position ?? "0";
            seen.Add(position);
            foreach (ItemId id in (ItemId[])[10, 11])
            {
                string? expected = position == "0" ? null : $"word {position}";
                Assert.Equal(expected, cut.Get(id)?.Fields["word"][0].Text);
            }
        }

        Assert.Equal(6, seen.Count);
    }

    [Fact]
    public async Task A_refused_set_leaves_the_position_and_a_wrong_position_changes_nothing()
    {
        using Retriever retriever = Open(Write());
        await retriever.ApplyAsync([], new SourcePosition("a", "1"));
        await Assert.ThrowsAsync<ItemException>(
            () => retriever.ApplyAsync([ItemChange.Upsert(new Item { Id = 9 })], new SourcePosition("a", "2")));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => retriever.ApplyAsync([ItemChange.Delete(1)], new SourcePosition(string.Empty, "2")));
        Assert.Equal(new SourcePosition("a", "1"), retriever.PositionOf("a"));
        Assert.NotNull(retriever.Get(1));
        using Retriever still = Retriever.Over(LiveItems.Build(IdKind.Integer, 1));
        Assert.Empty(still.Positions);
        await Assert.ThrowsAsync<InvalidOperationException>(() => still.ApplyAsync([], new SourcePosition("a", "1")));
    }

    [Fact]
    public async Task A_position_of_a_later_format_is_refused_by_name()
    {
        string model = Write();
        using (var log = ChangeLog.Open(_folder.File("log")))
        {
            await log.Append([130, 1, 65, 0, 0]).Durable;
        }

        Assert.Contains(
            "expected format version 129; found 130",
            Assert.Throws<ChangeFormatException>(() => Open(model)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>To write it anew, run with LINR_WRITE_GOLDEN naming the folder.</summary>
    [Fact]
    public async Task A_model_file_of_format_1_with_what_changing_items_add_opens_and_is_saved_the_same()
    {
        string golden = Path.Combine(AppContext.BaseDirectory, "Golden", "format-1-live.linr");
        if (Environment.GetEnvironmentVariable("LINR_WRITE_GOLDEN") is { } write)
        {
            using Retriever retriever = Open(Write());
            await retriever.ApplyAsync(
                [ItemChange.Upsert(LiveItems.Of(7, 7), version: 70), ItemChange.Delete(1, version: 10)],
                new SourcePosition("orders", "0/20", new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero)));
            retriever.Save(golden);
            File.Copy(golden, Path.Combine(write, Path.GetFileName(golden)), overwrite: true);
        }

        using Retriever opened = Open(golden, "log of the golden one");
        opened.Save(_folder.File("again.linr"));
        Assert.Equal(File.ReadAllBytes(golden), File.ReadAllBytes(_folder.File("again.linr")));
        AssertGolden(opened);
    }

    [Fact]
    public void A_model_file_that_has_all_versions_in_one_list_opens()
    {
        using Retriever opened = Open(Path.Combine(AppContext.BaseDirectory, "Golden", "format-1-live-versions.linr"));
        AssertGolden(opened);
    }

    private static void AssertGolden(Retriever opened)
    {
        Assert.Equal([0, 2, 7], new ItemId[] { 0, 1, 2, 7 }.Where(id => opened.Get(id) is not null));
        Assert.Equal("0/20", Assert.Single(opened.Positions).Position);
        Assert.Equal(2, opened.Apply(
            ItemChange.Delete(7, version: 70), ItemChange.Upsert(LiveItems.Of(1, 1), version: 9)).Stale);
        Assert.Equal(0, opened.Apply(
            ItemChange.Delete(7, version: 71), ItemChange.Upsert(LiveItems.Of(1, 1), version: 11)).Stale);
    }

    private static void AssertPositions(Retriever retriever)
    {
        Assert.Equal(
            [new SourcePosition("files", "a.jsonl:12"), new SourcePosition("orders", "0/20")], retriever.Positions);
        Assert.Equal(retriever.Positions[1], retriever.PositionOf("orders"));
        Assert.Null(retriever.PositionOf("Orders"));
    }

    private Retriever Open(string model, string log = "log") => Retriever.Open(model, new RetrieverOptions
    {
        Threads = 1, Live = new LiveOptions { LogFolder = _folder.File(log) },
    });

    private string Write()
    {
        string path = _folder.File("model.linr");
        using ItemTable items = LiveItems.Build(IdKind.Integer, 3);
        ModelWriter.Write(path, new ModelContents { Items = items, Version = "v" });
        return path;
    }
}
