using Linr.Training.Data;

namespace Linr.Training.Torch;

/// <summary>
/// The items that a step embeds: first the candidates that every example of the batch is scored against (its targets;
/// even draws of the items that are trained on, or all of them; a few of the others), then those that only histories
/// name. Each once.
/// </summary>
internal sealed class StepItems
{
    private readonly RowNumbering _numbering;
    private readonly int[] _trained;
    private readonly int[] _untrained;
    private readonly float[] _logQ;
    private readonly float[] _contentLogQ;
    private readonly int _uniformDraws;
    private readonly int _coldDraws;
    private readonly List<(int Example, int Number)> _seen = [];
    private readonly List<long> _histories = [];

    /// <summary>Step items over a catalogue with these training counts.</summary>
    public StepItems(int[] trainingCounts, TrainingOptions options)
    {
        _numbering = new RowNumbering(trainingCounts.Length);
        ILookup<bool, int> rows = Enumerable.Range(0, trainingCounts.Length).ToLookup(row => trainingCounts[row] > 0);
        _trained = [.. rows[true]];
        _untrained = [.. rows[false]];
        _uniformDraws = options.UniformNegativesOf(_trained.Length);
        _coldDraws = (int)(options.ColdNegatives * _uniformDraws / _trained.Length * _untrained.Length);
        double total = trainingCounts.Sum(count => (long)count);
        _logQ = Array.ConvertAll(trainingCounts, count => (float)(options.LogQStrength
            * LogQ.Of(count / total, options.BatchSize, _uniformDraws, _trained.Length)));
        _contentLogQ = Array.ConvertAll(trainingCounts, count => count == 0
            ? 0 : (float)LogQ.OfInBatch(count / total, options.BatchSize));
    }

    /// <summary>The item rows; the first <see cref="CandidateCount"/> are the candidates.</summary>
    public IReadOnlyList<int> Rows => _numbering.Rows;

    /// <summary>How many different targets there are: they are the first of the candidates.</summary>
    public int TargetCount { get; private set; }

    /// <summary>How many candidates there are.</summary>
    public int CandidateCount { get; private set; }

    /// <summary>For each example the number of its target.</summary>
    public long[] Targets { get; private set; } = [];

    /// <summary>The number of each item of the histories, one after the other.</summary>
    public long[] Histories => [.. _histories];

    /// <summary>What is subtracted from each candidate's logits.</summary>
    public float[] Corrections() => Of(_logQ, CandidateCount);

    /// <summary>What is subtracted from each target's logits in the content loss.</summary>
    public float[] ContentCorrections() => Of(_contentLogQ, TargetCount);

    /// <summary>
    /// Pairs example * candidates + candidate of items that stand in the example's history, among the first candidates:
    /// they are no negatives, since what a user has is not retrieved again.
    /// </summary>
    public long[] SeenPairs(int candidates)
        => [.. _seen.Where(pair => pair.Number < candidates).Select(pair => ((long)pair.Example * candidates) + pair.Number)];

    /// <summary>Draws the candidates of a batch and numbers its items.</summary>
    public void Draw(ExampleBatch batch, SplitMix random)
    {
        _numbering.Clear();
        Targets = new long[batch.Count];
        for (int example = 0; example < batch.Count; example++)
        {
            Targets[example] = _numbering.Add(batch.Targets[example]);
        }

        TargetCount = Rows.Count;
        bool isAll = _uniformDraws == _trained.Length;
        for (int draw = 0; draw < _uniformDraws; draw++)
        {
            _numbering.Add(_trained[isAll ? draw : random.NextInt(_trained.Length)]);
        }

        for (int draw = 0; draw < _coldDraws; draw++)
        {
            _numbering.Add(_untrained[random.NextInt(_untrained.Length)]);
        }

        CandidateCount = Rows.Count;
        NumberHistories(batch);
    }

    private void NumberHistories(ExampleBatch batch)
    {
        _seen.Clear();
        _histories.Clear();
        QueryRows queries = batch.Queries;
        int[] starts = new int[batch.HistoryCount + 1];
        for (int history = 0; history < batch.HistoryCount; history++)
        {
            foreach (int row in queries.Histories.Slice(history * batch.HistoryLength, batch.HistoryLength))
            {
                if (row >= 0)
                {
                    _histories.Add(_numbering.Add(row));
                }
            }

            starts[history + 1] = _histories.Count;
        }

        for (int example = 0; example < batch.Count; example++)
        {
            int owner = queries.Owners[example];
            for (int place = starts[owner] + queries.Places[example]; place < starts[owner + 1]; place++)
            {
                if (_histories[place] < CandidateCount)
                {
                    _seen.Add((example, (int)_histories[place]));
                }
            }
        }
    }

    private float[] Of(float[] corrections, int count)
    {
        float[] own = new float[count];
        for (int number = 0; number < count; number++)
        {
            own[number] = corrections[Rows[number]];
        }

        return own;
    }
}
