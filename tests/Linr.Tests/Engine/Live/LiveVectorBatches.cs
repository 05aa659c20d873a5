using System.Collections.Concurrent;
using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Engine.Live;
using Linr.Index.Live;
using Linr.Kernels.Scan;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Live;

/// <summary>Searches by vectors, of many callers at once, of items that change, on any engine.</summary>
internal static class LiveVectorBatches
{
    public static Retriever Open(IdKind kind, int items, EngineDevice device) => Retriever.Over(
        LiveItems.Build(kind, items), options: new RetrieverOptions
        {
            Threads = 1, Device = device, Live = new LiveOptions { Capacity = 4_000 },
        });

    /// <summary>Each caller gets the ids and scores of a search alone, as the items are between changes.</summary>
    public static async Task Compare(IdKind kind, EngineDevice device, int concurrentBatches)
    {
        using Retriever retriever = Open(kind, 300, device);
        using var batcher = new VectorBatcher(
            retriever, new BatchOptions { QueriesMax = 8, ConcurrentBatches = concurrentBatches });
        var random = new Random(concurrentBatches);
        for (int round = 0; round < 4; round++)
        {
            retriever.Apply([.. Enumerable.Range(0, 60).Select(_ => Draw(kind, random))]);
            float[][] vectors = [.. Enumerable.Range(0, 30).Select(_ => LiveItems.Embedding(random.Next(5_000), 4))];
            ScanHit[][] hits = [.. vectors.Select((_, i) => new ScanHit[1 + (i * 7 % 50)])];
            ItemId[][] ids = [.. hits.Select(one => new ItemId[one.Length])];
            int[] counts = await Task.WhenAll(
                vectors.Select((vector, i) => batcher.SearchAsync(vector, hits[i], ids[i]).AsTask()));
            for (int i = 0; i < vectors.Length; i++)
            {
                SearchResponse alone = retriever.Search(new SearchRequest
                {
                    Embeddings = [new EmbeddingQuery("exact", vectors[i])], K = hits[i].Length,
                });
                Assert.Equal(
                    alone.Hits.Select(hit => (hit.Id, hit.Score)),
                    ids[i].Take(counts[i]).Zip(hits[i], (id, hit) => (id, hit.Score)));
            }
        }
    }

    /// <summary>
    /// While sets replace all items, each search has the items of one set alone, under ids that go with the scores; and
    /// when nobody searches, no row is kept from being used again.
    /// </summary>
    public static async Task SearchWhileItemsChange(EngineDevice device, int sets)
    {
        const int Count = 40;
        using Retriever retriever = Open(IdKind.Integer, 0, device);
        retriever.Apply([.. Set(0)]);
        using var batcher = new VectorBatcher(retriever, new BatchOptions { QueriesMax = 4, ConcurrentBatches = 2 });
        var answers = new ConcurrentBag<(ItemId[] Ids, ScanHit[] Hits)>();
        using var ending = new CancellationTokenSource();
        Task[] callers =
        [
            .. Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
            {
                do
                {
                    var hits = new ScanHit[2 * Count];
                    var ids = new ItemId[hits.Length];
                    int found = await batcher.SearchAsync(new float[] { 1, 0, 0, 0 }, hits, ids);
                    answers.Add((ids[..found], hits[..found]));
                }
                while (!ending.IsCancellationRequested);
            })),
        ];
        for (int set = 1; set <= sets; set++)
        {
            retriever.Apply([.. Set(set), .. Set(set - 1).Select(change => ItemChange.Delete(change.Id))]);
        }

        await ending.CancelAsync();
        await Task.WhenAll(callers);
        foreach ((ItemId[] ids, ScanHit[] hits) in answers)
        {
            Assert.Equal(Count, ids.Distinct().Count());
            Assert.Single(ids.Select(id => id.Integer / Count).Distinct());
            Assert.Equal(ids.Select(id => (float)id.Integer), hits.Select(hit => hit.Score));
        }

        // With no batch under way rows go round: two sets of them, and one that waits for its readers to be seen gone.
        LiveTable table = retriever.Live.Table;
        long used = table.UsedRows;
        for (int set = sets + 1; set < sets + 20; set++)
        {
            retriever.Apply([.. Set(set), .. Set(set - 1).Select(change => ItemChange.Delete(change.Id))]);
        }

        Assert.InRange(table.UsedRows - used, 0, 3 * Count);

        static IEnumerable<ItemChange> Set(int set) => Enumerable.Range(set * Count, Count).Select(number => ItemChange.Upsert(
            LiveItems.Of(number, number) with
            {
                Embeddings = new Dictionary<string, ReadOnlyMemory<float>>(LiveItems.Embeddings(number))
                {
                    ["exact"] = new float[] { number, 1, 0, 0 },
                },
            }));
    }

    /// <summary>
    /// Bytes of the whole process that a search allocates, once it is warm: the least of several rounds.
    /// </summary>
    public static async Task<long> AllocatedBytes(EngineDevice device, int concurrentBatches)
    {
        using Retriever retriever = Open(IdKind.Integer, 300, device);
        retriever.Apply([.. Enumerable.Range(0, 100).Select(i => ItemChange.Upsert(LiveItems.Of(i * 5, i + 7)))]);
        using var batcher = new VectorBatcher(
            retriever, new BatchOptions { QueriesMax = 4, ConcurrentBatches = concurrentBatches });
        float[][] vectors = [.. Enumerable.Range(0, 12).Select(i => LiveItems.Embedding(i, 4))];
        ScanHit[][] hits = [.. vectors.Select(_ => new ScanHit[20])];
        ItemId[][] ids = [.. vectors.Select(_ => new ItemId[20])];
        var answers = new List<ValueTask<int>>(vectors.Length);
        long least = long.MaxValue;
        int found = 0;
        for (int round = 0; round < 12; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < vectors.Length; i++)
            {
#pragma warning disable CA2012 // Each is awaited once, below; tasks would allocate.
                answers.Add(batcher.SearchAsync(vectors[i], hits[i], ids[i]));
#pragma warning restore CA2012
            }

            foreach (ValueTask<int> answer in answers)
            {
                found += await answer;
            }

            answers.Clear();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.Equal(20 * vectors.Length * 12, found);
        return least;
    }

    private static ItemChange Draw(IdKind kind, Random random)
    {
        ItemId id = LiveItems.Id(kind, random.Next(600));
        return random.Next(4) == 0 ? ItemChange.Delete(id) : ItemChange.Upsert(LiveItems.Of(id, random.Next(5_000)));
    }
}
