using System.Numerics.Tensors;
using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>Turns histories into query embeddings: query q at q * dim.</summary>
/// <param name="users">The users' rows.</param>
/// <param name="histories">Item rows as <see cref="HistoryRows"/> lays them out, one history a user.</param>
public delegate float[] QueryEmbedder(ReadOnlySpan<int> users, ReadOnlySpan<int> histories);

/// <summary>The two-tower model: the dot product of the query embedding and each item embedding.</summary>
/// <param name="name">Its name in the table.</param>
/// <param name="dim">Width of the embeddings.</param>
/// <param name="historyLength">How many of the latest items the query tower reads.</param>
/// <param name="items">Item embeddings, row r at r * dim.</param>
/// <param name="embed">The query tower.</param>
/// <param name="metric">
/// The product, by which cosine too is ranked where items are of norm 1; or minus the euclidean distance.
/// </param>
public sealed class TwoTowerScorer(
    string name, int dim, int historyLength, float[] items, QueryEmbedder embed, Metric metric = Metric.Cosine)
    : IScorer
{
    private const int BlockItems = 1_024;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public void Score(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, Span<float> scores)
    {
        (int[] users, int[] histories) = EvaluationCase.Lay(data, cases, historyLength);
        float[] queries = embed(users, histories);
        int itemCount = items.Length / dim;

        // A block of items stays in the cache while all queries are scored against it.
        for (int first = 0; first < itemCount; first += BlockItems)
        {
            int last = Math.Min(itemCount, first + BlockItems);
            for (int one = 0; one < cases.Length; one++)
            {
                ReadOnlySpan<float> query = queries.AsSpan(one * dim, dim);
                for (int item = first; item < last; item++)
                {
                    ReadOnlySpan<float> row = items.AsSpan(item * dim, dim);
                    scores[(one * itemCount) + item] = metric == Metric.Euclidean
                        ? -TensorPrimitives.Distance(query, row)
                        : TensorPrimitives.Dot(query, row);
                }
            }
        }
    }
}
