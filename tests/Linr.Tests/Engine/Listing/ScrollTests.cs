using System.Collections.Concurrent;
using CsCheck;
using Linr.Engine;
using Linr.Engine.Live;
using Linr.Filters;
using Linr.Index;
using Linr.Tests.Engine.Filters;
using Linr.Tests.Index.Live;
using FilterItems = Linr.Tests.Engine.Filters.RandomItems;

namespace Linr.Tests.Engine.Listing;

/// <summary>Pages of items and counts of them, beside LINQ over all items.</summary>
public sealed class ScrollTests
{
    [Fact]
    public void Pages_and_counts_are_those_of_a_plain_list()
        => Gen.Int[0, 1 << 30].Sample(
            seed =>
            {
                var random = new Random(seed);
                var items = new FilterItems(random, random.Next(1, 300));
                using var table = Retriever.Over(items.ToTable(), options: Options(random, isLive: false));
                using var live = Retriever.Over(items.ToTable(), options: Options(random, isLive: true));
                Item[] left = Change(live, items, random);
                for (int i = 0; i < 6; i++)
                {
                    Filter filter = items.Filter(4);
                    AssertSame(table, items.Items, items.Schema, filter, random);
                    AssertSame(live, left, items.Schema, filter, random);
                }
            },
            iter: 60,
            threads: 1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Several_blocks_are_read_by_several_threads(bool isLive)
    {
        var random = new Random(5);
        var items = new FilterItems(random, (3 * Limits.BlockRows) + 500);
        using var retriever = Retriever.Over(
            items.ToTable(), options: Options(random, isLive) with { Threads = 2 });
        Item[] left = isLive ? Change(retriever, items, random) : items.Items;
        foreach (Filter? filter in (Filter?[])[null, items.Filter(3), items.Filter(3), items.Filter(2)])
        {
            Item[] passing = Passing(left, items.Schema, filter);
            Assert.Equal(new ItemCount(passing.Length, left.Length), retriever.Count(filter));
            ItemId? after = passing.Length > 20_000 ? passing[17_000].Id : default(ItemId?);
            ScrollPage page = retriever.Scroll(new ScrollRequest { Filter = filter, Limit = 9_000, After = after });
            Item[] expected = [.. passing.Where(item => after is not { } id || item.Id > id).Take(9_000)];
            Assert.Equal(expected.Select(item => item.Id), page.Items.Select(item => item.Id));
        }
    }

    [Theory]
    [InlineData(IdKind.Integer)]
    [InlineData(IdKind.Guid)]
    [InlineData(IdKind.Text)]
    public async Task An_item_that_stays_is_in_exactly_one_page_whatever_changes_meanwhile(IdKind kind)
    {
        const int stays = 900;
        using var retriever = Retriever.Over(
            LiveItems.Build(kind, stays), options: new RetrieverOptions { Threads = 2, Live = new LiveOptions() });
        using var stop = new CancellationTokenSource();
        Task writer = Task.Run(() =>
        {
            // Items that stay are changed too, which puts them into other rows.
            var random = new Random((int)kind);
            while (!stop.IsCancellationRequested)
            {
                retriever.Apply(
                    ItemChange.Upsert(LiveItems.Of(LiveItems.Id(kind, stays + random.Next(400)), random.Next(100))),
                    ItemChange.Delete(LiveItems.Id(kind, stays + random.Next(400))),
                    ItemChange.Upsert(LiveItems.Of(LiveItems.Id(kind, random.Next(stays)), random.Next(100))));
            }
        });
        for (int round = 0; round < 12; round++)
        {
            ItemId[] read = [.. Pages(retriever, new ScrollRequest { Limit = 1 + (round * 37), Fields = ["word"] })
                .Select(item => item.Id)];
            Assert.Equal(read.Order().Distinct(), read);
            Assert.Empty(Enumerable.Range(0, stays).Select(i => LiveItems.Id(kind, i)).Except(read));
        }

        stop.Cancel();
        await writer;
    }

    [Fact]
    public void Items_with_equal_keys_are_ordered_by_their_ids_and_none_is_lost_between_pages()
    {
        // Each two of them have the same XXH3-64.
        ItemId[] ids =
        [
            "qose", "2Ow51le0", "rlrn", "7Fp44eb1", "sgwi", "6Mu35ng6", "siqm", "7Hv04kd5", "wmqe", "4Mu57ng0", "xfjy",
            "pEyte5SN",
        ];
        Assert.All(ids.Chunk(2), pair => Assert.Equal(pair[0].Key, pair[1].Key));
        using var builder = new ItemTableBuilder(LiveItems.Schema(IdKind.Text));
        builder.Append(ids.Select((id, i) => LiveItems.Of(id, i)).ToArray());
        using var retriever = Retriever.Over(builder.Build());
        for (int limit = 1; limit <= ids.Length + 1; limit++)
        {
            Assert.Equal(ids.Order(), Pages(retriever, new ScrollRequest { Limit = limit }).Select(item => item.Id));
        }
    }

    [Fact]
    public void A_page_has_the_fields_and_embeddings_that_are_asked_for()
    {
        using var retriever = Retriever.Over(LiveItems.Build(IdKind.Integer, 12));
        Item whole = retriever.Scroll(new ScrollRequest { WithEmbeddings = true }).Items[7];
        Assert.Equal(retriever.Get(7)!.Fields.Keys.Order(), whole.Fields.Keys.Order());
        Assert.Equal(["copied", "exact", "small"], whole.Embeddings.Keys.Order());
        Assert.Equal(LiveItems.Embedding(7, 4), whole.Embeddings["exact"].ToArray());
        Item part = retriever.Scroll(new ScrollRequest { Fields = ["word", "number", "word"] }).Items[7];
        Assert.Equal(["number", "word"], part.Fields.Keys.Order());
        Assert.Empty(part.Embeddings);
        Assert.Empty(retriever.Scroll(new ScrollRequest { Fields = [] }).Items[7].Fields);
    }

    [Fact]
    public void All_that_is_wrong_with_a_request_is_said_at_once()
    {
        using var retriever = Retriever.Over(LiveItems.Build(IdKind.Integer, 3));
        Filter filter = Filter.Parse("number > 1");
        string[] problems = Assert.Throws<ArgumentException>(() => retriever.Scroll(new ScrollRequest
        {
            Filter = filter,
            PreparedFilter = PreparedFilter.Prepare(filter, retriever.Schema),
            Limit = Limits.ScrollMax + 1,
            After = "seven",
            Fields = ["word", "colour"],
        })).Message.Split(Environment.NewLine);
        Assert.Equal("Expected one of Filter and PreparedFilter; found both.", problems[0]);
        Assert.Equal("Limit: expected 1 to 10000; found 10001.", problems[1]);
        Assert.Equal("After: expected an id of kind Integer; found Text (seven).", problems[2]);
        Assert.StartsWith("Fields: the model has no field \"colour\".", problems[3], StringComparison.Ordinal);
        Assert.Throws<FilterException>(() => retriever.Scroll(new ScrollRequest { Filter = Filter.Parse("none = 1") }));
        Assert.Throws<FilterException>(() => retriever.Count(Filter.Parse("number > @least")));
        Assert.Throws<OperationCanceledException>(
            () => retriever.Scroll(new ScrollRequest(), new CancellationToken(canceled: true)));
        Assert.Throws<OperationCanceledException>(
            () => retriever.Count(filter, cancellation: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_prepared_filter_counts_with_parameters()
    {
        using var retriever = Retriever.Over(LiveItems.Build(IdKind.Integer, 100));
        var prepared = PreparedFilter.Prepare(Filter.Parse("number >= @least"), retriever.Schema);
        foreach (int least in (int[])[0, 50, 99, 200])
        {
            FilterParameters parameters = new FilterParameters().Set("least", least);
            Assert.Equal(
                new ItemCount(Enumerable.Range(0, 100).Count(i => i % 3 != 0 && i >= least), 100),
                retriever.Count(prepared, parameters));
            ScrollPage page = retriever.Scroll(new ScrollRequest { PreparedFilter = prepared, Parameters = parameters });
            Assert.Equal(
                Enumerable.Range(0, 100).Where(i => i % 3 != 0 && i >= least),
                page.Items.Select(item => (int)item.Id.Integer));
        }
    }

    private static RetrieverOptions Options(Random random, bool isLive) => new()
    {
        Device = EngineDevice.Cpu, Threads = random.Next(1, 3), Live = isLive ? new LiveOptions() : null,
    };

    // A third of the items go, a third of those that are left are put in anew, with the values of others.
    private static Item[] Change(Retriever live, FilterItems items, Random random)
    {
        var left = new ConcurrentDictionary<ItemId, Item>(items.Items.Select(item => KeyValuePair.Create(item.Id, item)));
        foreach (Item[] set in items.Items.Chunk(5_000))
        {
            var changes = new List<ItemChange>();
            foreach (Item item in set)
            {
                int choice = random.Next(4);
                if (choice == 0)
                {
                    changes.Add(ItemChange.Delete(item.Id));
                    left.TryRemove(item.Id, out _);
                }
                else if (choice == 1)
                {
                    left[item.Id] = items.Items[random.Next(items.Items.Length)] with { Id = item.Id };
                    changes.Add(ItemChange.Upsert(left[item.Id]));
                }
            }

            live.Apply(changes);
        }

        return [.. left.Values];
    }

    private static Item[] Passing(IEnumerable<Item> items, Schema schema, Filter? filter) =>
    [
        .. items.Where(item => filter is null || NaiveFilter.Passes(filter, item, schema)).OrderBy(item => item.Id),
    ];

    private static void AssertSame(Retriever retriever, Item[] items, Schema schema, Filter filter, Random random)
    {
        Item[] passing = Passing(items, schema, filter);
        Assert.Equal(new ItemCount(passing.Length, items.Length), retriever.Count(filter));
        Item[] read = [.. Pages(retriever, new ScrollRequest { Filter = filter, Limit = random.Next(1, 200) })];
        Assert.Equal(passing.Select(item => item.Id), read.Select(item => item.Id));
        foreach ((Item expected, Item found) in passing.Zip(read))
        {
            Assert.All(schema.Fields, field => Assert.Equal(
                expected.Fields.GetValueOrDefault(field.Name) ?? [], found.Fields.GetValueOrDefault(field.Name) ?? []));
        }
    }

    private static IEnumerable<Item> Pages(Retriever retriever, ScrollRequest request)
    {
        ItemId? after = null;
        do
        {
            ScrollPage page = retriever.Scroll(request with { After = after });
            Assert.InRange(page.Items.Length, page.Next is null ? 0 : request.Limit, request.Limit);
            foreach (Item item in page.Items)
            {
                yield return item;
            }

            after = page.Next;
        }
        while (after is not null);
    }
}
