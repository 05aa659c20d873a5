using Linr.Engine.Quantization;
using Linr.Index.Embeddings;

namespace Linr.Tests.Engine.Quantization;

/// <summary>Queries are an item's embedding and half another one's, of norm 1.</summary>
public sealed class MixedQueriesTests
{
    [Fact]
    public void A_query_is_one_item_and_half_another_normalised()
    {
        using EmbeddingColumn column = Column([3, 0, 0], [0, 4, 0], [0, 0, 5]);
        ReadOnlyMemory<float>[] queries = MixedQueries.Draw(column, 200, seed: 9);
        var kinds = new HashSet<(int First, int Second)>();
        foreach (ReadOnlyMemory<float> query in queries)
        {
            float[] values = query.ToArray();
            Assert.Equal(1, values.Sum(value => (double)value * value), 1e-6);
            int[] parts = [.. Enumerable.Range(0, 3).Where(i => values[i] != 0)];
            Assert.Equal(2, parts.Length);

            // Components 3, 4 and 5: the ratio of two says which of them was halved.
            double ratio = values[parts[0]] * (parts[1] + 3.0) / (values[parts[1]] * (parts[0] + 3.0));
            Assert.Equal(1, Math.Abs(Math.Log2(ratio)), 1e-5);
            kinds.Add(ratio > 1 ? (parts[0], parts[1]) : (parts[1], parts[0]));
        }

        Assert.Equal(6, kinds.Count);
    }

    [Fact]
    public void Zeros_give_no_queries()
    {
        using EmbeddingColumn some = Column([0, 0, 0], [0, 0, 0], [0, 2, 0]);
        Assert.All(
            MixedQueries.Draw(some, 50, seed: 1), query => Assert.Equal([0, 1, 0], query.ToArray()));
        using EmbeddingColumn zeros = Column([0, 0, 0], [0, 0, 0]);
        ArgumentException error = Assert.Throws<ArgumentException>(() => MixedQueries.Draw(zeros, 1, seed: 1));
        Assert.Equal("Embedding \"e\": expected rows to draw queries from; found zeros.", error.Message);
    }

    private static EmbeddingColumn Column(params float[][] rows)
    {
        using var builder = new EmbeddingColumnBuilder(new EmbeddingSchema("e", 3));
        builder.Set(0, rows.SelectMany(row => row).ToArray());
        return builder.Build(rows.Length);
    }
}
