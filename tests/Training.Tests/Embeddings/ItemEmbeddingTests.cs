using Linr.Training.Data;
using Linr.Training.Embeddings;
using Linr.Training.Evaluation;
using Linr.Training.Torch;

namespace Linr.Training.Tests.Embeddings;

public sealed class ItemEmbeddingTests
{
    [Fact]
    public void A_factorisation_gives_the_matrix_back()
    {
        Libtorch.Require();
        var matrix = new SparseMatrix(4, 3);
        float[,] cells = { { 2, 0, 0 }, { 0, 3, 0 }, { 0, 0, 0 }, { 0, 4, 0 } };
        for (int row = 0; row < 4; row++)
        {
            for (int column = 0; column < 3; column++)
            {
                if (cells[row, column] != 0)
                {
                    matrix.Add(row, column, cells[row, column]);
                }
            }
        }

        (float[] rows, float[] values) = matrix.Factorise(5, seed: 1, TorchLibrary.Device("cpu"));
        Assert.Equal([5, 2, 0, 0, 0], values, (one, other) => Math.Abs(one - other) < 1e-4);

        // The products of rows are those of the matrix's rows.
        for (int one = 0; one < 4; one++)
        {
            for (int other = 0; other < 4; other++)
            {
                double expected = Enumerable.Range(0, 3).Sum(column => cells[one, column] * cells[other, column]);
                double found = Enumerable.Range(0, 5).Sum(d => rows[(one * 5) + d] * rows[(other * 5) + d]);
                Assert.Equal(expected, found, 1e-4);
            }
        }
    }

    [Theory]
    [InlineData("graph")]
    [InlineData("text")]
    public void It_finds_planted_groups(string kind)
    {
        Libtorch.Require();
        InteractionDataset data = Planted.Data();
        using TrainedModel model = Trainer.Run(data, Planted.Options with { Epochs = 1 });
        EmbeddingTrainer.Add(model, kind);
        ItemEmbedding made = Assert.Single(model.Embeddings);
        Assert.Equal((kind, Planted.Options.Dim), (made.Name, made.Dim));
        EvaluationReport report = Evaluator.Run(data, [Scorer(model, made), new PopularityScorer(data)]);
        Assert.True(report.Results[0].HitRate10.Mean > 0.4, $"HR@10 {report.Results[0].HitRate10.Mean}");
        Assert.True(report.Differences[0].HitRate10.IsAboveZero);
    }

    [Fact]
    public void Equal_seeds_give_equal_bits()
    {
        Libtorch.Require();
        using TrainedModel model = Trainer.Run(Planted.Data(), Planted.Options with { Epochs = 1 });
        EmbeddingTrainer.Add(model, EmbeddingTrainer.Graph);
        EmbeddingTrainer.Add(model, EmbeddingTrainer.Text, dim: 9);
        using TrainedModel again = Trainer.Run(Planted.Data(), Planted.Options with { Epochs = 1 });
        EmbeddingTrainer.Add(again, EmbeddingTrainer.Graph);
        EmbeddingTrainer.Add(again, EmbeddingTrainer.Text, dim: 9);
        Assert.All(
            model.Embeddings.Zip(again.Embeddings),
            pair => Assert.Equal(pair.First.Rows.ToArray(), pair.Second.Rows.ToArray()));
    }

    [Fact]
    public void Items_that_nobody_chose_lie_where_their_like_do()
    {
        Libtorch.Require();
        InteractionDataset data = Planted.Data(coldShare: 0.2);
        using TrainedModel model = Trainer.Run(data, Planted.Options with { Epochs = 3 });
        EmbeddingTrainer.Add(model, EmbeddingTrainer.Graph);
        ItemEmbedding graph = model.Embeddings[0];
        int[] counts = data.TrainingCounts();
        Assert.Contains(0, counts);
        for (int row = 0; row < counts.Length; row++)
        {
            Assert.Equal(1, graph.Rows.Span.Slice(row * graph.Dim, graph.Dim).ToArray().Sum(value => value * value), 1e-4f);
        }

        // Cold items are found by what their like have in common: the group that the towers read from their features.
        EvaluationReport report = Evaluator.Run(
            data, [Scorer(model, graph), new PopularityScorer(data)], new EvaluationOptions { HeldOut = HeldOut.Cold });
        Assert.True(report.Results[0].HitRate50.Mean > 0.6, $"HR@50 {report.Results[0].HitRate50.Mean}");
    }

    [Fact]
    public void An_empty_history_stands_for_all_users()
    {
        float[] rows = [1, 0, 0, 2, 0, 0];
        var embedding = new ItemEmbedding("x", 2, rows, [3, 4, 9], historyLength: 2);
        float[] found = embedding.EmbedQueries([-1, -1, 0, -1, 0, 1, 2, -1]);

        // The mean by how often each was chosen; an item without a row says nothing.
        Assert.Equal([0.6f, 0.8f, 1, 0, MathF.Sqrt(0.5f), MathF.Sqrt(0.5f), 0.6f, 0.8f], found, (one, other) => Math.Abs(one - other) < 1e-6);
    }

    private static TwoTowerScorer Scorer(TrainedModel model, ItemEmbedding embedding) => new(
        embedding.Name,
        embedding.Dim,
        model.Run.Options.HistoryLength,
        embedding.Rows.ToArray(),
        (_, histories) => embedding.EmbedQueries(histories));
}
