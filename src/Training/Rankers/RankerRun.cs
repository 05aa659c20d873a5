using Linr.Training.Data;
using Linr.Training.Evaluation;
using Linr.Training.Similarities;
using Linr.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Rankers;

/// <summary>One training of a ranker: its data, its state and its steps.</summary>
internal sealed class RankerRun : PhasedRun
{
    private readonly TrainedModel _model;
    private readonly TorchRanker _ranker;
    private readonly RankerOptions _options;
    private readonly TrainingOptions _towers;
    private readonly TargetSampler _sampler;
    private readonly HeldOutSampler? _heldOut;
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
        : base(options.Patience)
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
        _sampler = new TargetSampler(model.Data, _towers);
        _batch = new ExampleBatch(options.BatchSize, _towers.HistoryLength);
        _ranked = new RankBatch(model.Data.Catalogue.Count, options.Places);
        _lists = new CandidateLists(model.Data, options);
        _loss = new RankerLoss(ranker.Spec, options);
        _items = new RankedItems(model, options);
        (int[]? learned, _cases) = HeldOutSplit.Of(
            model.Data, options.TuneEpochs > 0 ? HeldOutSplit.Share : 0, options.ValidationUsers, options.Seed);
        _heldOut = learned is null ? null : new HeldOutSampler(model.Data, _towers, learned);
        _towersToo = options.TrainsTowers ? new JointTowers(model, similarity, _towers) : null;
        State = new TrainingState(ranker.Weights, _towers);
    }

    /// <inheritdoc/>
    public override TrainingState State { get; }

    /// <inheritdoc/>
    protected override int Steps => Examples?.Steps ?? 0;

    private ExampleSampler? Examples => _tunes ? _heldOut : _sampler;

    // From now on negatives are found by the embeddings as they are.
    /// <inheritdoc/>
    protected override void Begin(int epoch, bool isHeldOut)
    {
        _tunes = isHeldOut;
        _joint = isHeldOut ? null : _towersToo;

        // First, since embedding items takes random numbers from Torch, and they may be embedded already.
        _items.Refresh();
        _random = new SplitMix(_options.Seed, -epoch);
        manual_seed((long)(_random.NextUInt64() >> 1));
        Examples?.Begin(_options.Seed, epoch);
    }

    /// <inheritdoc/>
    protected override double? Step()
    {
        if (Examples?.Next(_batch) is not true)
        {
            return null;
        }

        using DisposeScope scope = NewDisposeScope();
        State.Adam.Warmth = Math.Min(1, (State.Adam.StepCount + 1.0) / Math.Max(1, _towers.WarmupSteps));
        float[] embedded = _items.Queries(_batch.Queries.Users, _batch.Queries.Histories);
        Tensor queries = tensor(embedded, device: _ranker.Weights.Device).view(_batch.Count, -1);
        int[] candidates = _lists.Draw(_batch, queries, _items.Found, _random);
        _ranked.Fill(candidates, _lists.Width, _batch.Queries.Histories);
        if (State.Adam.StepCount == 0)
        {
            Tensor scores = TorchRanker.Scores(_ranked, queries, _items.Of(_ranked.Rows));
            _ranker.Centre(scores.mean().item<float>(), _towers.Temperature, _lists.Width);
        }

        Dictionary<string, Tensor> parameters = _ranker.Parameters(training: true);
        Tensor loss = Loss(queries, parameters);
        double mean = Read(loss);
        loss.backward();
        Update(parameters);
        return mean;
    }

    // Early stopping watches nDCG@10.
    /// <inheritdoc/>
    protected override (double HitRate, double Gain, double Worth)? Validate()
    {
        if (_cases.Length == 0)
        {
            return null;
        }

        _towersToo?.Refresh();
        using RankerScorer scorer = TrainedRanker.Scorer(_model, _ranker, _similarity, _options);
        (UserResult[] results, _) = Evaluation.Ranking.Run(_model.Data, _cases, scorer);
        double gain = results.Average(result => result.DiscountedGainAt(10));
        return (results.Average(result => result.HitAt(10)), gain, gain);
    }

    /// <inheritdoc/>
    protected override void TakeBest()
    {
        State.Best.Take();
        _towersToo?.TakeBest();
    }

    /// <inheritdoc/>
    protected override void RestoreBest()
    {
        State.Best.Restore();
        _towersToo?.RestoreBest();
    }

    /// <inheritdoc/>
    public override void Dispose()
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
        State.Adam.Update(_ranker.Weights, parameters);
        foreach (TouchedRows touched in _ranker.Touched)
        {
            State.Adam.Update(touched);
        }
    }
}
