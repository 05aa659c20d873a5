using System.Numerics.Tensors;
using Linr.Engine.Towers;
using Linr.Index.ModelFiles;
using Linr.Kernels.Tests;
using Linr.Layers;
using Linr.Training.Data;
using Linr.Training.Evaluation;

namespace Linr.Training.Tests;

public sealed class ExportTests
{
    private const double Within = 1e-5;

    private static readonly Dictionary<string, IReadOnlyList<Value>> s_noFields = [];

    [Theory]
    [InlineData(1, InteractionOrder.File, QueryEncoder.AttentionPool)]
    [InlineData(3, InteractionOrder.File, QueryEncoder.AttentionPool)]
    [InlineData(3, InteractionOrder.None, QueryEncoder.AttentionPool)]
    [InlineData(1, InteractionOrder.File, QueryEncoder.CausalTransformer)]
    [InlineData(3, InteractionOrder.File, QueryEncoder.CausalTransformer)]
    [InlineData(3, InteractionOrder.None, QueryEncoder.CausalTransformer)]
    public void The_engine_gives_what_Torch_gives(int epochs, InteractionOrder order, QueryEncoder encoder)
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        InteractionDataset data = Planted.Data(order: order);
        using TrainedModel trained = Trainer.Run(
            data, Planted.Options with { Epochs = epochs, QueryEncoder = encoder });
        ModelExporter.Write(trained, folder.File("model.linr"), version: "one");
        using LoadedModel model = ModelReader.Open(folder.File("model.linr"));
        Assert.Equal(data.Catalogue.Count, model.Items.Rows);

        Tower item = Tower.Load(model, TowerSpec.ItemTower, "default")!;
        TowerBatch items = item.CreateBatch();
        foreach (Item one in data.Catalogue.Items)
        {
            items.AddItem(one.Id, one.Fields);
        }

        float[] found = new float[items.Count * item.Spec.Dim];
        item.Embed(items, found);
        AssertClose(trained.ItemEmbeddings.Span, found);
        AssertClose(QueriesInTorch(trained), QueriesInEngine(trained, model));
    }

    [Theory]
    [InlineData(QueryEncoder.AttentionPool)]
    [InlineData(QueryEncoder.CausalTransformer)]
    public void A_batch_that_is_used_again_allocates_nothing(QueryEncoder encoder)
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        InteractionDataset data = Planted.Data();
        using TrainedModel trained = Trainer.Run(data, Planted.Options with { Epochs = 1, QueryEncoder = encoder });
        ModelExporter.Write(trained, folder.File("model.linr"));
        using LoadedModel model = ModelReader.Open(folder.File("model.linr"));
        Tower item = Tower.Load(model, TowerSpec.ItemTower, "default")!;
        Tower query = Tower.Load(model, TowerSpec.QueryTower, "default")!;
        TowerBatch items = item.CreateBatch();
        TowerBatch queries = query.CreateBatch();
        Item[] all = [.. data.Catalogue.Items];
        float[] embeddings = new float[all.Length * item.Spec.Dim];
        Run();
        Assert.Equal(0, Allocations.OfPass(Run));

        void Run()
        {
            items.Clear();
            queries.Clear();
            foreach (Item one in all)
            {
                items.AddItem(one.Id, one.Fields);
            }

            item.Embed(items, embeddings);
            for (int row = 0; row < 20; row++)
            {
                queries.AddHistoryItem(all[row].Id.Key, embeddings.AsSpan(row * 16, 16));
                queries.EndQuery(s_noFields);
            }

            query.Embed(queries, embeddings);
        }
    }

    [Fact]
    public void A_new_item_lies_with_its_group_by_its_features_alone()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        const int newId = 50;
        InteractionDataset data = Planted.Data(
            Enumerable.Range(1, Planted.Groups * Planted.ItemsPerGroup).Where(id => id != newId));
        using TrainedModel trained = Trainer.Run(data, Planted.Options with { IdDropout = 0.5, Epochs = 6 });
        ModelExporter.Write(trained, folder.File("model.linr"));
        using LoadedModel model = ModelReader.Open(folder.File("model.linr"));
        Tower item = Tower.Load(model, TowerSpec.ItemTower, "default")!;
        TowerBatch batch = item.CreateBatch();
        batch.AddItem((long)newId, Planted.Item(newId).Fields);
        float[] embedding = new float[item.Spec.Dim];
        item.Embed(batch, embedding);
        double[] means = new double[Planted.Groups];
        for (int row = 0; row < trained.Data.Catalogue.Count; row++)
        {
            means[trained.Data.Catalogue.Ids[row].Integer % Planted.Groups] += TensorPrimitives.Dot(
                embedding, trained.ItemEmbeddings.Span.Slice(row * item.Spec.Dim, item.Spec.Dim));
        }

        Assert.Equal(newId % Planted.Groups, Array.IndexOf(means, means.Max()));
    }

    private static float[] QueriesInTorch(TrainedModel trained)
    {
        EvaluationCase[] cases = EvaluationCase.Draw(trained.Data, HeldOut.Test, int.MaxValue, 1);
        int length = Planted.Options.HistoryLength;
        int[] histories = new int[(cases.Length + 1) * length];
        for (int one = 0; one < cases.Length; one++)
        {
            HistoryRows.Latest(
                cases[one].Seen(trained.Data)[..(one % 7)], histories.AsSpan(one * length, length));
        }

        HistoryRows.Latest([], histories.AsSpan(cases.Length * length));
        return trained.EmbedQueries([.. cases.Select(one => one.User), 0], histories);
    }

    private static float[] QueriesInEngine(TrainedModel trained, LoadedModel model)
    {
        Tower query = Tower.Load(model, TowerSpec.QueryTower, "default")!;
        TowerBatch batch = query.CreateBatch();
        EvaluationCase[] cases = EvaluationCase.Draw(trained.Data, HeldOut.Test, int.MaxValue, 1);
        float[] embedding = new float[query.Spec.Dim];
        for (int one = 0; one < cases.Length; one++)
        {
            ReadOnlySpan<int> seen = cases[one].Seen(trained.Data)[..(one % 7)];
            for (int place = seen.Length - 1; place >= 0; place--)
            {
                Assert.True(model.Items.IdMap.TryFind(trained.Data.Catalogue.Ids[seen[place]], out uint row));
                model.Items.Embeddings[0].Read(row, embedding);
                batch.AddHistoryItem(model.Items.Ids.Key(row), embedding);
            }

            batch.EndQuery(s_noFields);
        }

        batch.EndQuery(s_noFields);
        float[] queries = new float[batch.Count * query.Spec.Dim];
        query.Embed(batch, queries);
        return queries;
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int place = 0; place < expected.Length; place++)
        {
            Assert.True(
                Math.Abs(expected[place] - found[place]) <= Within,
                $"At {place}: expected {expected[place]}; found {found[place]}.");
        }
    }
}
