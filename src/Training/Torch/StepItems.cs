using Linr.Training.Data;

namespace Linr.Training.Torch;

/// <summary>
/// The items that a step embeds: first the candidates that every example of the batch is scored against (its targets
/// and even draws, or all items), then those that only histories name. Each once.
/// </summary>
internal sealed class StepItems
{
    private readonly RowNumbering _numbering;
    private readonly float[] _logQ;
    private readonly int _historyLength;
    private readonly int _uniformDraws;
    private readonly List<long> _seenPairs = [];
    private readonly List<long> _histories = [];

    /// <summary>Step items over a catalogue with these training counts.</summary>
    public StepItems(int[] trainingCounts, TrainingOptions options)
    {
        _historyLength = options.HistoryLength;
        _uniformDraws = options.UniformNegativesOf(trainingCounts.Length);
        _numbering = new RowNumbering(trainingCounts.Length);
        double total = Math.Max(1, trainingCounts.Sum(count => (long)count));
        _logQ = Array.ConvertAll(trainingCounts, count => (float)(options.LogQStrength
            * LogQ.Of(count / total, options.BatchSize, _uniformDraws, trainingCounts.Length)));
    }

    /// <summary>The item rows; the first <see cref="CandidateCount"/> are the candidates.</summary>
    public IReadOnlyList<int> Rows => _numbering.Rows;

    /// <summary>How many candidates there are.</summary>
    public int CandidateCount { get; private set; }

    /// <summary>For each example the number of its target.</summary>
    public long[] Targets { get; private set; } = [];

    /// <summary>The number of each item of the histories, one after the other.</summary>
    public long[] Histories => [.. _histories];

    /// <summary>
    /// Pairs example * candidates + candidate of items that stand in the example's history: they are no negatives,
    /// since what a user has is not retrieved again.
    /// </summary>
    public long[] SeenPairs => [.. _seenPairs];

    /// <summary>What is subtracted from each candidate's logits.</summary>
    public float[] Corrections()
    {
        float[] corrections = new float[CandidateCount];
        for (int number = 0; number < corrections.Length; number++)
        {
            corrections[number] = _logQ[Rows[number]];
        }

        return corrections;
    }

    /// <summary>Draws the candidates of a batch and numbers its items.</summary>
    public void Draw(ExampleBatch batch, SplitMix random)
    {
        _numbering.Clear();
        Targets = new long[batch.Count];
        if (_uniformDraws < _logQ.Length)
        {
            NumberTargets(batch);
        }

        for (int draw = 0; draw < _uniformDraws; draw++)
        {
            _numbering.Add(_uniformDraws < _logQ.Length ? random.NextInt(_logQ.Length) : draw);
        }

        NumberTargets(batch);
        CandidateCount = Rows.Count;
        NumberHistories(batch);
    }

    private void NumberTargets(ExampleBatch batch)
    {
        for (int example = 0; example < batch.Count; example++)
        {
            Targets[example] = _numbering.Add(batch.Targets[example]);
        }
    }

    private void NumberHistories(ExampleBatch batch)
    {
        _seenPairs.Clear();
        _histories.Clear();
        for (int place = 0; place < batch.Count * _historyLength; place++)
        {
            if (batch.Histories[place] < 0)
            {
                continue;
            }

            int number = _numbering.Add(batch.Histories[place]);
            _histories.Add(number);
            if (number < CandidateCount)
            {
                _seenPairs.Add(((long)(place / _historyLength) * CandidateCount) + number);
            }
        }
    }
}
