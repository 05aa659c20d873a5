using Linr.Training.Data;
using Linr.Training.Evaluation;

namespace Linr.Training.Rankers;

/// <summary>What a ranker gives for the candidates of some cases.</summary>
/// <param name="data">The data set.</param>
/// <param name="cases">The cases.</param>
/// <param name="rows">Rows of the candidates, equally many a case, one after the other.</param>
/// <returns>Scores of all tasks: [cases, candidates, tasks].</returns>
public delegate float[] CandidateScores(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, int[] rows);

/// <summary>
/// A ranker as something to evaluate: the best candidates of retrieval in the order of their values, before all others
/// in the order of their scores.
/// </summary>
/// <param name="name">Its name in the table.</param>
/// <param name="retrieval">What finds candidates.</param>
/// <param name="candidates">How many are ranked.</param>
/// <param name="scores">Scores of the tasks.</param>
/// <param name="value">The value of a candidate's scores.</param>
/// <param name="owned">What is disposed with it; null for nothing.</param>
public sealed class RankerScorer(
    string name,
    IScorer retrieval,
    int candidates,
    CandidateScores scores,
    Func<ReadOnlyMemory<float>, float> value,
    IDisposable? owned = null) : IScorer, IDisposable
{
    private const int ChunkCases = 32;

    /// <inheritdoc/>
    public string Name => name;

    /// <summary>What finds candidates.</summary>
    public IScorer Retrieval => retrieval;

    /// <summary>How many are ranked.</summary>
    public int Candidates => candidates;

    /// <inheritdoc/>
    public void Score(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(data);
        retrieval.Score(data, cases, scores);
        int items = data.Catalogue.Count;
        for (int first = 0; first < cases.Length; first += ChunkCases)
        {
            ReadOnlySpan<EvaluationCase> part = cases.Slice(first, Math.Min(ChunkCases, cases.Length - first));
            Rank(data, part, scores.Slice(first * items, part.Length * items));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => owned?.Dispose();

    /// <summary>Scores of all tasks for the candidates of cases: [cases, candidates, tasks].</summary>
    internal float[] TaskScores(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, int[] rows)
        => scores(data, cases, rows);

    /// <summary>Rows of the best that a case has not seen, best first.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="one">The case.</param>
    /// <param name="own">Scores of all items.</param>
    /// <param name="count">How many.</param>
    internal static int[] Best(InteractionDataset data, EvaluationCase one, ReadOnlySpan<float> own, int count)
    {
        float[] unseen = own.ToArray();
        foreach (int item in one.Seen(data))
        {
            unseen[item] = float.NegativeInfinity;
        }

        int[] rows = [.. Enumerable.Range(0, unseen.Length)];
        float[] keys = Array.ConvertAll(unseen, score => -score);
        Array.Sort(keys, rows);
        return rows[..count];
    }

    private void Rank(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, Span<float> own)
    {
        int items = data.Catalogue.Count;
        int most = 0;
        foreach (EvaluationCase one in cases)
        {
            most = Math.Max(most, one.SeenCount);
        }

        // Equally many a case, so that they are ranked together; fewer only where a user has seen nearly all.
        int count = Math.Min(candidates, items - most);
        if (count <= 0)
        {
            return;
        }

        int[] rows = new int[cases.Length * count];
        for (int one = 0; one < cases.Length; one++)
        {
            Best(data, cases[one], own.Slice(one * items, items), count).CopyTo(rows, one * count);
        }

        float[] tasks = scores(data, cases, rows);
        int width = tasks.Length / rows.Length;
        for (int one = 0; one < cases.Length; one++)
        {
            int[] list = rows[(one * count)..((one + 1) * count)];
            float[] values = new float[count];
            for (int candidate = 0; candidate < count; candidate++)
            {
                values[candidate] = value(tasks.AsMemory(((one * count) + candidate) * width, width));
            }

            Span<float> all = own.Slice(one * items, items);
            int[] order = [.. Enumerable.Range(0, count).OrderByDescending(candidate => values[candidate])
                .ThenBy(candidate => data.Catalogue.Ids[list[candidate]])];

            // All scores of retrieval are far below.
            for (int place = 0; place < count; place++)
            {
                all[list[order[place]]] = 1e6f + (count - place);
            }
        }
    }
}
