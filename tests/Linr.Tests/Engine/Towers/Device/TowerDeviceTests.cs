using System.Collections.Immutable;
using Linr.Cuda;
using Linr.Engine;
using Linr.Engine.Towers;
using Linr.Index.ModelFiles;
using Linr.Kernels.Tests.Cuda;
using Linr.Layers;
using Linr.Tests.Cli;

namespace Linr.Tests.Engine.Towers.Device;

/// <summary>Towers on a device against the same towers on the processor.</summary>
public sealed class TowerDeviceTests(CudaMachine machine, TowerFile file) : CudaTest(machine), IClassFixture<TowerFile>
{
    [Fact]
    public void Items_have_the_embeddings_of_the_processor()
    {
        using Tower here = Tower.Load(file.Model, TowerSpec.ItemTower, "default")!;
        using Tower there = OnDevice(TowerSpec.ItemTower);
        Item[] items = [.. file.Random.Items(Tower.ItemBatch + 10)];
        float[] expected = new float[items.Length * TowerModel.Dim];
        float[] found = new float[expected.Length];
        here.EmbedItems(items, here.CreateBatch(), expected);
        there.EmbedItems(items, there.CreateBatch(), found);
        AssertClose(expected, found);

        // One alone, and of the second batch.
        TowerBatch one = there.CreateBatch();
        float[] embedding = new float[TowerModel.Dim];
        foreach (int item in (int[])[0, 88, Tower.ItemBatch + 3])
        {
            there.EmbedItems([items[item]], one, embedding);
            Assert.Equal(found[(item * TowerModel.Dim)..((item + 1) * TowerModel.Dim)], embedding);
        }
    }

    [Fact]
    public void Queries_have_the_embeddings_of_the_processor_and_the_same_bits_in_every_batch()
    {
        using Tower here = Tower.Load(file.Model, TowerSpec.QueryTower, "default")!;
        using Tower there = OnDevice(TowerSpec.QueryTower);
        const int queries = 40;
        float[] expected = Embed(here, 0, queries);
        float[] found = Embed(there, 0, queries);
        AssertClose(expected, found);
        foreach ((int first, int count) in (ReadOnlySpan<(int, int)>)[(0, 1), (7, 1), (3, 2), (20, 13)])
        {
            Assert.Equal(
                found[(first * TowerModel.Dim)..((first + count) * TowerModel.Dim)], Embed(there, first, count));
        }
    }

    [Fact]
    public void Callers_share_a_tower()
    {
        using Tower there = OnDevice(TowerSpec.QueryTower);
        float[] expected = Embed(there, 5, 3);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ => Assert.Equal(expected, Embed(there, 5, 3)));
    }

    [Fact]
    public void A_tower_takes_the_bytes_that_it_says_and_moves_once()
    {
        using Tower tower = Tower.Load(file.Model, TowerSpec.ItemTower, "default")!;
        Assert.False(tower.IsOnDevice);
        long before = CudaOwners.LiveBytes(CudaOwnerKind.DeviceBuffer);
        tower.UseDevice(Context);
        Assert.True(tower.IsOnDevice);
        Assert.InRange(CudaOwners.LiveBytes(CudaOwnerKind.DeviceBuffer) - before - tower.DeviceBytes, 0, 4_096);
        Assert.Throws<InvalidOperationException>(() => tower.UseDevice(Context));
    }

    [Fact]
    public void A_batch_that_is_used_again_allocates_nothing()
    {
        using Tower there = OnDevice(TowerSpec.QueryTower);
        TowerBatch batch = Fill(there, 0, 9);
        float[] embeddings = new float[9 * TowerModel.Dim];
        there.Embed(batch, embeddings);
        string before = CudaOwners.Describe();
        Assert.Equal(0, AllocatedBytes(() => there.Embed(batch, embeddings)));
        Assert.Equal(before, CudaOwners.Describe());
    }

    /// <summary>The query embeddings differ by the bound, so the scores of dot products of 16 dims do by little more.</summary>
    [Fact]
    public void A_retriever_on_a_device_embeds_histories_there()
    {
        using var cpu = Retriever.Open(file.Path, new RetrieverOptions { Threads = 1 });
        using var cuda = Retriever.Open(file.Path, new RetrieverOptions { Threads = 1, Device = EngineDevice.Cuda });
        Assert.Equal($"cuda {Context.Device.Name}", cuda.Engine);
        SearchRequest[] requests =
        [
            .. Enumerable.Range(0, 12).Select(i => new SearchRequest
            {
                History = [.. Enumerable.Range(0, i).Select(place => (ItemId)(long)(i + (place * 5)))],
                Features = new Dictionary<string, IReadOnlyList<Value>> { ["country"] = [$"k{i}"] },
                K = TowerFile.ItemCount,
            }),
            new SearchRequest { Items = [3L, 4L], K = 5 },
        ];
        ImmutableArray<SearchResponse> expected = cpu.SearchBatch(requests);
        ImmutableArray<SearchResponse> found = cuda.SearchBatch(requests);
        for (int i = 0; i < requests.Length; i++)
        {
            Assert.Equal(
                found[i].Hits.Select(hit => (hit.Id, hit.Score)),
                cuda.Search(requests[i]).Hits.Select(hit => (hit.Id, hit.Score)));
            Assert.Equal(expected[i].Hits.Count, found[i].Hits.Count);
            var scores = expected[i].Hits.ToDictionary(hit => hit.Id, hit => hit.Score);
            Assert.All(found[i].Hits, hit => Assert.InRange(hit.Score - scores[hit.Id], -2e-4f, 2e-4f));
        }
    }

    [Fact]
    public async Task Trained_towers_give_the_same_on_both()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        string path = folder.File("trained.linr");
        await CliRun.OfGood(
        [
            "train", "--interactions", TinyData.Interactions(folder), "--items", TinyData.Items(folder), "--user-features",
            TinyData.Users(folder), "--out", path, .. TinyData.Quick,
        ]);
        using LoadedModel model = ModelReader.Open(path);
        foreach (TowerSpec spec in LayerList.Parse(model.LayersJson).Towers)
        {
            using var here = Tower.Load(model, spec);
            using var there = Tower.Load(model, spec);
            there.UseDevice(Context);
            TowerBatch batch = here.CreateBatch();
            float[] item = new float[spec.Dim];
            for (uint row = 0; row < model.Items.Rows; row++)
            {
                if (spec.Name == TowerSpec.ItemTower)
                {
                    Item one = model.Items.ReadItem(row);
                    batch.AddItem(one.Id, one.Fields);
                    continue;
                }

                for (uint place = 0; place < row % 8; place++)
                {
                    model.Items.Embeddings[0].Read(place, item);
                    batch.AddHistoryItem(model.Items.Ids.Key(place), item);
                }

                batch.EndQuery(new Dictionary<string, IReadOnlyList<Value>> { ["country"] = ["c1"], ["age"] = [(long)row] });
            }

            float[] expected = new float[batch.Count * spec.Dim];
            float[] found = new float[expected.Length];
            here.Embed(batch, expected);
            there.Embed(batch, found);
            AssertClose(expected, found);
        }
    }

    private Tower OnDevice(string tower)
    {
        Tower there = Tower.Load(file.Model, tower, "default")!;
        there.UseDevice(Context);
        return there;
    }

    private float[] Embed(Tower tower, int first, int count)
    {
        float[] embeddings = new float[count * TowerModel.Dim];
        tower.Embed(Fill(tower, first, count), embeddings);
        return embeddings;
    }

    /// <summary>Query q has a history of q % 9 items, of which the tower reads six at most.</summary>
    private TowerBatch Fill(Tower tower, int first, int count)
    {
        TowerBatch batch = tower.CreateBatch();
        float[] item = new float[TowerModel.Dim];
        for (int query = first; query < first + count; query++)
        {
            for (int place = 0; place < query % 9; place++)
            {
                uint row = (uint)((query + (place * 13)) % TowerFile.ItemCount);
                file.Model.Items.Embeddings[0].Read(row, item);
                batch.AddHistoryItem(file.Model.Items.Ids.Key(row), item);
            }

            batch.EndQuery(new Dictionary<string, IReadOnlyList<Value>> { ["country"] = [$"k{query % 12}"] });
        }

        return batch;
    }

    private static void AssertClose(float[] expected, float[] found)
    {
        for (int place = 0; place < expected.Length; place++)
        {
            Assert.True(
                Math.Abs(expected[place] - found[place]) <= 1e-5 * (1 + Math.Abs(expected[place])),
                $"At {place}: expected {expected[place]:g9}; found {found[place]:g9}.");
        }

        Assert.Contains(expected, value => Math.Abs(value) > 0.01);
    }
}
