using Linr.Training.Data;
using Linr.Training.Evaluation;
using Linr.Training.Similarities;
using Linr.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Rankers;

/// <summary>One training of a ranker: its data, its state and its steps.</summary>
internal sealed class RankerRun : IDisposable
{
    private readonly TrainedModel _model;
    private readonly TorchRanker _ranker;
    private readonly RankerOptions _options;
    private readonly TrainingOptions _towers;
    private readonly ExampleSampler _sampler;
    private readonly HeldBackSampler _heldBack;
    private readonly ExampleBatch _batch;
    private readonly RankBatch _ranked;
    private readonly CandidateLists _lists;
    private readonly RankerLoss _loss;
    private readonly RankedItems _items;
    private readonly EvaluationCase[] _cases;
    private readonly JointTowers? _towersToo;
    private readonly TrainedSimilarity? _similarity;
    private SplitMix _random = new(0);
    private JointTowers? _joint;
    private bool _tunes;

    public RankerRun(
        TrainedModel model, TorchRanker ranker, TrainedSimilarity? similarity, RankerOptions options)
    {
        (_model, _ranker, _similarity, _options) = (model, ranker, similarity, options);
        _towers = model.Run.Options with
        {
            BatchSize = options.BatchSize,
            LearningRate = options.LearningRate,
            WeightDecay = options.WeightDecay,
            Epochs = options.Epochs,
            Patience = options.Patience,
            Seed = options.Seed,
        };
        _sampler = new ExampleSampler(model.Data, _towers.HistoryLength, _towers.HistoryDropout);
        _batch = new ExampleBatch(options.BatchSize, _towers.HistoryLength);
        _ranked = new RankBatch(model.Data.Catalogue.Count, options.Places);
        _lists = new CandidateLists(model.Data, options);
        _loss = new RankerLoss(ranker.Spec, options);
        _items = new RankedItems(model, options);
        _cases = EvaluationCase.Draw(model.Data, HeldOut.Validation, options.ValidationUsers, options.Seed);
        _heldBack = new HeldBackSampler(model.Data, _towers.HistoryLength);
        if (options.TuneEpochs > 0)
        {
            _cases = [.. _cases.Where(one => HeldBackSampler.IsValidated(one.User))];
        }

        _towersToo = options.TrainsTowers ? new JointTowers(model, similarity, _towers) : null;
        State = new TrainingState(ranker.Weights, _towers);
    }

    public TrainingState State { get; }

    public bool HasValidation => _cases.Length > 0;

    private int Steps
    {
        get
        {
            (int whole, int rest) = Math.DivRem(_tunes ? _heldBack.Count : _sampler.Count, _options.BatchSize);
            return whole + (rest >= 2 ? 1 : 0);
        }
    }

    public TrainingProgress Progress(int epoch, List<double> losses) => new(
        epoch, _options.Epochs + _options.TuneEpochs, losses.Count, Steps, losses.Average(),
        State.Epochs.Count == 0 ? null : State.Epochs[^1]);

    /// <summary>Starts an epoch: from now on negatives are found by the embeddings as they are.</summary>
    /// <param name="epoch">1 for the first.</param>
    /// <param name="tunes">Whether it is of interactions that the towers have not learned from.</param>
    public void Begin(int epoch, bool tunes)
    {
        _tunes = tunes;
        _joint = tunes ? null : _towersToo;

        // First, since embedding items takes random numbers from Torch, and they may be embedded already.
        _items.Refresh();
        _random = new SplitMix(_options.Seed, -epoch);
        manual_seed((long)(_random.NextUInt64() >> 1));
        _sampler.Begin(_options.Seed, epoch);
        _heldBack.Begin(_options.Seed, epoch);
    }

    /// <summary>Takes a step; its mean loss, or null when the epoch is over.</summary>
    public double? Step()
    {
        if (!(_tunes ? _heldBack.Next(_batch) : _sampler.Next(_batch)))
        {
            return null;
        }

        using DisposeScope scope = NewDisposeScope();
        State.Adam.Warmth = Math.Min(1, (State.Adam.StepCount + 1.0) / Math.Max(1, _towers.WarmupSteps));
        Span<int> histories = _batch.Histories.AsSpan(0, _batch.Count * _towers.HistoryLength);
        float[] embedded = _items.Queries(_batch.Users.AsSpan(0, _batch.Count), histories);
        Tensor queries = tensor(embedded, device: _ranker.Weights.Device).view(_batch.Count, -1);
        int[] candidates = _lists.Draw(_batch, queries, _items.Found, _random);
        _ranked.Fill(candidates, _lists.Width, histories);
        if (State.Adam.StepCount == 0)
        {
            Tensor scores = TorchRanker.Scores(_ranked, queries, _items.Of(_ranked.Rows));
            _ranker.Centre(scores.mean().item<float>(), _towers.Temperature, _lists.Width);
        }

        Dictionary<string, Tensor> parameters = _ranker.Parameters(training: true);
        Tensor loss = Loss(queries, parameters);
        double mean = loss.item<float>();
        if (!double.IsFinite(mean))
        {
            throw new InvalidOperationException(
                $"The loss became {mean} at step {State.Adam.StepCount + 1}: train with a lower learning rate.");
        }

        loss.backward();
        Update(parameters);
        return mean;
    }

    /// <summary>HR@10 and nDCG@10 of the validation users.</summary>
    public (double HitRate, double Gain) Validate()
    {
        if (!HasValidation)
        {
            return (0, 0);
        }

        _towersToo?.Refresh();
        using RankerScorer scorer = TrainedRanker.Scorer(_model, _ranker, _similarity, _options);
        (UserResult[] results, _) = Evaluation.Ranking.Run(_model.Data, _cases, scorer);
        return (results.Average(result => result.HitAt(10)), results.Average(result => result.DiscountedGainAt(10)));
    }

    /// <summary>Keeps the weights as the best so far.</summary>
    public void TakeBest()
    {
        State.Best.Take();
        _towersToo?.TakeBest();
    }

    /// <summary>Puts the best weights back.</summary>
    public void RestoreBest()
    {
        State.Best.Restore();
        _towersToo?.RestoreBest();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        State.Dispose();
        _towersToo?.Dispose();
        _items.Dispose();
    }

    private Tensor Loss(Tensor queries, Dictionary<string, Tensor> parameters)
    {
        Tensor? ofTowers = null;
        Tensor items;
        if (_joint is null)
        {
            items = _items.Of(_ranked.Rows);
        }
        else
        {
            (ofTowers, queries, items) = _joint.Forward(_batch, _ranked.Rows, _random);
        }

        Tensor rows = _items.Rows.Of(items);
        Tensor? logits = _similarity is null ? null
            : SimilarityOfLists.Logits(_similarity.Model, _joint?.OfSimilarity, _ranked, queries, items);
        Tensor raw = _ranker.Raw(_ranked, queries, rows, logits, parameters, training: true);
        Tensor loss = _loss.Of(raw, _batch);
        if (_joint is null)
        {
            return loss;
        }

        loss = loss.Plus(ofTowers!.Times(_options.TowersWeight));
        if (logits is not null)
        {
            loss = loss.Plus(RankerLoss.Choice(logits).Times(_options.RetrievalWeight));
        }

        if (!_items.Codes.IsExact)
        {
            Tensor found = TorchRanker.Scores(_ranked, queries, _items.Codes.Of(items)).Times(1 / _towers.Temperature);
            loss = loss.Plus(RankerLoss.Choice(found).Times(_options.RetrievalWeight));
        }

        return loss;
    }

    private void Update(Dictionary<string, Tensor> parameters)
    {
        _joint?.Update(State.Adam.Warmth);
        using IDisposable quiet = no_grad();
        State.Adam.Begin();
        foreach ((string name, Tensor parameter) in parameters)
        {
            if (parameter.grad is { } gradient)
            {
                State.Adam.Update(_ranker.Weights[name], gradient);
            }
        }

        foreach (TouchedRows touched in _ranker.Touched)
        {
            State.Adam.Update(touched);
        }
    }
}
