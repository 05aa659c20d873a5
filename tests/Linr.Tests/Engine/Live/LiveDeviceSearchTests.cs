using System.Collections.Immutable;
using Linr.Engine;
using Linr.Engine.Live;
using Linr.Filters;
using Linr.Index;
using Linr.Kernels.Tests.Cuda;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Live;

/// <summary>Items that change while a device searches them.</summary>
public sealed class LiveDeviceSearchTests(CudaMachine machine) : CudaTest(machine)
{
    private static readonly string[] s_filters =
    [
        "word = 'word 130'", "words = 'words 400'", "words in ('words 3', 'words 777') and not word = 'word 3'", "numbers > 500",
    ];

    [Theory]
    [InlineData(IdKind.Integer, 0, 21, false)]
    [InlineData(IdKind.Text, 300, 22, false)]
    [InlineData(IdKind.Guid, 300, 23, true)]
    public async Task Answers_are_those_of_a_table_built_of_the_same_items(IdKind kind, int given, int seed, bool keepsRowsOnHost)
    {
        const int rounds = 4;
        int onDevice = await LiveSearches.Compare(
            kind, given, seed, rounds, OnCuda(new CudaOptions { KeepsRowsOnHost = keepsRowsOnHost }));
        Assert.InRange(onDevice, 10 * rounds, int.MaxValue);
    }

    [Fact]
    public void Keywords_and_values_that_outgrow_their_room_are_found()
    {
        var schema = new Schema
        {
            IdKind = IdKind.Integer,
            Fields =
            [
                new FieldSchema("word", FieldType.Keyword, FieldRoles.Attribute),
                new FieldSchema("words", FieldType.Keyword, FieldRoles.Attribute, MultiValued: true),
                new FieldSchema("numbers", FieldType.Integer, FieldRoles.Attribute, MultiValued: true),
            ],
            Embeddings = [new EmbeddingSchema("default", 2, Metric.Dot)],
        };
        using var live = Retriever.Over(Build(schema, []), options: OnCuda());
        Dictionary<ItemId, Item> twin = [];
        for (int round = 0; round < 6; round++)
        {
            Item[] items = [.. Enumerable.Range(0, 150).Select(i => ManyValued((round * 100) + i, round))];
            live.Apply([.. items.Select(item => ItemChange.Upsert(item))]);
            Array.ForEach(items, item => twin[item.Id] = item);
            using var fixedOne = Retriever.Over(Build(schema, twin.Values), options: new RetrieverOptions { Threads = 1 });
            SearchRequest[] requests =
            [
                .. s_filters.Select(filter => new SearchRequest
                    {
                        Embeddings = [new EmbeddingQuery("default", new float[] { 1, -0.5f })], K = 500, Filter = Filter.Parse(filter), Explain = true,
                    }),
            ];
            ImmutableArray<SearchResponse> expected = fixedOne.SearchBatch(requests);
            ImmutableArray<SearchResponse> found = live.SearchBatch(requests);
            foreach ((SearchResponse one, SearchResponse other) in expected.Zip(found))
            {
                LiveSearches.AssertSame(one, other);
                Assert.Equal(live.Engine, other.Explanation!.Engine);
            }
        }

        Assert.True(twin.Count > 256);
    }

    [Fact]
    public void A_table_grows_beyond_its_capacity_also_over_two_devices()
    {
        const int count = 140_000;
        var schema = new Schema { IdKind = IdKind.Integer, Embeddings = [new EmbeddingSchema("default", 2, Metric.Dot)] };
        Item[] items = [.. Enumerable.Range(0, count).Select(i => new Item
        {
            Id = (i * 7_919L) % 1_000_003, Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["default"] = new float[] { i % 1_009, i % 13 } },
        })];
        using var live = Retriever.Over(
            Build(schema, items.Take(66_000)), options: OnCuda(new CudaOptions { Ordinals = [0, 0] }));
        var request = new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("default", new float[] { 1, 0.5f })], K = 300, Explain = true,
        };
        foreach (Item[] more in items.Skip(66_000).Chunk(37_000))
        {
            live.Apply([.. more.Select(item => ItemChange.Upsert(item))]);
        }

        live.Apply([.. items.Take(2_000).Select(item => ItemChange.Delete(item.Id))]);
        using var fixedOne = Retriever.Over(Build(schema, items.Skip(2_000)), options: new RetrieverOptions { Threads = 1 });
        SearchResponse found = live.Search(request);
        LiveSearches.AssertSame(fixedOne.Search(request), found);
        Assert.Equal(live.Engine, found.Explanation!.Engine);
    }

    [Fact]
    public async Task A_search_has_one_state_of_all_items_while_they_change()
    {
        const int items = 40;
        using var live = Retriever.Over(LiveItems.Build(IdKind.Integer, items), options: OnCuda());
        live.Apply([.. Enumerable.Range(0, items).Select(i => ItemChange.Upsert(LiveItems.Of(i, 1)))]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            int searches = 0;
            while (!stop.IsCancellationRequested || searches == 0)
            {
                SearchResponse found = live.Search(new SearchRequest
                {
                    Embeddings = [new EmbeddingQuery("exact", new float[] { 1, 0.1f, 0.01f, 0.001f })], K = items, Fields = ["word"],
                });
                Assert.Equal(items, found.Hits.Select(hit => hit.Id).Distinct().Count());
                Assert.Single(found.Hits.Select(hit => hit.Score).Distinct());
                Assert.Single(found.Hits.Select(hit => hit.Fields["word"][0].Text).Distinct());
                searches++;
            }
        }))];
        for (int number = 2; number < 60; number++)
        {
            live.Apply([.. Enumerable.Range(0, items).Select(i => ItemChange.Upsert(LiveItems.Of(i, number)))]);
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
    }

    private static Item ManyValued(int id, int round) => new()
    {
        Id = id,
        Fields = new Dictionary<string, IReadOnlyList<Value>>
        {
            ["word"] = [Value.OfKeyword($"word {id}")],
            ["words"] = [.. Enumerable.Range(0, (id + round) % 12).Select(i => Value.OfKeyword($"words {((id * 13) + (i * 5)) % 900}"))],
            ["numbers"] = [.. Enumerable.Range(0, (id * round) % 9).Select(i => Value.OfInteger(id + i))],
        },
        Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["default"] = new float[] { id % 37, round } },
    };

    private static ItemTable Build(Schema schema, IEnumerable<Item> items)
    {
        using var builder = new ItemTableBuilder(schema);
        foreach (Item item in items)
        {
            builder.Append(item);
        }

        return builder.Build();
    }

    private static RetrieverOptions OnCuda(CudaOptions? cuda = null)
        => new() { Threads = 1, Device = EngineDevice.Cuda, Cuda = cuda ?? new CudaOptions(), Live = new LiveOptions() };
}
