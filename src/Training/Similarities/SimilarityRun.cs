using Linr.Layers;
using Linr.Training.Data;
using Linr.Training.Evaluation;
using Linr.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Similarities;

/// <summary>One training of a similarity from one start: its data, its state and its steps.</summary>
internal sealed class SimilarityRun : PhasedRun
{
    private const double Excluded = -1e9;

    // A start whose loss has fallen by less over the watched steps is drawn again.
    private const double FallMin = 0.02;

    private readonly TrainedModel _model;
    private readonly SimilarityInputs _inputs;
    private readonly TorchSimilarity _similarity;
    private readonly SimilarityOptions _options;
    private readonly TrainingOptions _towers;
    private readonly ExampleSampler _sampler;
    private readonly HeldOutSampler? _heldOut;
    private readonly bool _isWatched;
    private readonly ExampleBatch _batch;
    private readonly StepItems _items;
    private readonly EvaluationCase[] _cases;
    private readonly Tensor[] _embeddings;
    private readonly TrainingState? _towerState;
    private readonly TrainingStep? _towerStep;
    private SplitMix _random = new(0);
    private ExampleSampler _examples;

    public SimilarityRun(
        TrainedModel model,
        SimilarityInputs inputs,
        TorchSimilarity similarity,
        SimilarityOptions options,
        TrainingOptions towers,
        bool isWatched)
        : base(options.Patience)
    {
        (_model, _inputs, _similarity, _options, _towers) = (model, inputs, similarity, options, towers);
        _isWatched = isWatched && options.Kind == SimilarityKind.HadamardMlp;
        (int[]? learned, _cases) = HeldOutSplit.Of(
            model.Data, LearnsHeldOut(options) ? options.HeldOutShare : 0, options.ValidationUsers, options.Seed);
        _examples = _sampler = ExampleSampler.Create(model.Data, towers);
        _heldOut = learned is null ? null : new HeldOutSampler(model.Data, towers, learned);
        _batch = new ExampleBatch(options.BatchSize, towers.HistoryLength);
        _items = new StepItems(model.Data.TrainingCounts(), towers);
        if (options.TrainsTowers)
        {
            _towerState = new TrainingState(model.Model.Weights, towers);
            _towerStep = new TrainingStep(model.Model, _items, _towerState.Adam, towers);
        }

        using DisposeScope scope = NewDisposeScope();
        _embeddings =
        [
            .. inputs.ToTensors(inputs.Items, similarity.Weights.Device).Select(one => one.DetachFromDisposeScope()),
        ];

        State = new TrainingState(similarity.Weights, towers);
    }

    /// <inheritdoc/>
    public override TrainingState State { get; }

    /// <inheritdoc/>
    protected override int Steps => _examples.Steps;

    /// <summary>
    /// What it learns from. A mixture starts as a cosine, and learns only what the towers have not seen; a Hadamard MLP
    /// learns what a cosine is first.
    /// </summary>
    public TrainingPhase[] Phases => (_heldOut, _options.Kind) switch
    {
        (null, _) => [new TrainingPhase(_options.Epochs, IsHeldOut: false)],
        (_, SimilarityKind.MixtureOfLogits) => [new TrainingPhase(_options.Epochs, IsHeldOut: true)],
        _ => [new TrainingPhase(_options.Epochs, IsHeldOut: false), new TrainingPhase(_options.TuneEpochs, IsHeldOut: true)],
    };

    private static bool LearnsHeldOut(SimilarityOptions options)
        => !options.TrainsTowers && (options.Kind == SimilarityKind.MixtureOfLogits || options.TuneEpochs > 0);

    // No longer than two passes over what it learns from.
    private int WarmupSteps => Math.Max(1, Math.Min(_towers.WarmupSteps, 2 * _examples.Steps));

    /// <inheritdoc/>
    protected override double Start() => Validate()?.Worth ?? double.NegativeInfinity;

    /// <inheritdoc/>
    protected override void Begin(int epoch, bool isHeldOut)
    {
        _examples = isHeldOut ? _heldOut! : _sampler;
        _random = new SplitMix(_options.Seed, -epoch);
        manual_seed((long)(_random.NextUInt64() >> 1));
        _examples.Begin(_options.Seed, epoch);
    }

    /// <inheritdoc/>
    protected override double? Step()
    {
        if (!_examples.Next(_batch))
        {
            return null;
        }

        using DisposeScope scope = NewDisposeScope();
        _items.Draw(_batch, _random);
        State.Adam.Warmth = Math.Min(1, (State.Adam.StepCount + 1.0) / WarmupSteps);
        Dictionary<string, Tensor> parameters = _similarity.Parameters(training: true);
        Dictionary<string, Tensor>? ofTowers = _towerStep is null ? null : _model.Model.Parameters(training: true);
        Tensor loss = Loss(parameters, ofTowers);
        double mean = Read(loss);
        loss.backward();
        if (ofTowers is not null)
        {
            _towerState!.Adam.Warmth = State.Adam.Warmth;
            _towerStep!.Update(ofTowers);
        }

        using IDisposable quiet = no_grad();
        State.Adam.Begin();
        State.Adam.Update(_similarity.Weights, parameters);

        return mean;
    }

    // What counts is the mean logarithm of the rank: it looks at all of the ranking, as a deep hit rate does, and has
    // less noise than any hit rate.
    /// <inheritdoc/>
    protected override (double HitRate, double Gain, double Worth)? Validate()
    {
        if (_cases.Length == 0)
        {
            return null;
        }

        RefreshItems();
        UserResult[] results = Rank();
        return (
            results.Average(result => result.HitAt(10)),
            results.Average(result => result.DiscountedGainAt(10)),
            -results.Average(result => Math.Log(result.Rank)));
    }

    // The first steps are watched, as far as the epoch goes: their loss has to fall.
    /// <inheritdoc/>
    protected override bool IsBadStart(IReadOnlyList<double> losses)
    {
        if (!_isWatched || losses.Count != Math.Min(_options.WatchSteps, Steps))
        {
            return false;
        }

        int part = Math.Max(1, losses.Count / 5);
        bool isBad = losses.TakeLast(part).Average() >= losses.Take(part).Average() * (1 - FallMin);
        if (isBad)
        {
            RestoreTowers();
        }

        return isBad;
    }

    /// <inheritdoc/>
    protected override void TakeBest()
    {
        State.Best.Take();
        _towerState?.Best.Take();
    }

    /// <inheritdoc/>
    protected override void RestoreBest()
    {
        State.Best.Restore();
        RestoreTowers();
    }

    // The best towers so far, those of the start before there is a better epoch.
    private void RestoreTowers()
    {
        _towerState?.Best.Restore();
        RefreshItems();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        State.Dispose();
        _towerState?.Dispose();
        Array.ForEach(_embeddings, one => one.Dispose());
    }

    private UserResult[] Rank()
    {
        if (_similarity.Weights.Device.type == DeviceType.CPU)
        {
            using SimilarityScorer scorer = SimilarityScorer.Of(_model, _similarity, _towers.Threads);
            return Ranking.Run(_model.Data, _cases, scorer).Results;
        }

        using var onDevice = new TorchSimilarityScorer(_model, _inputs, _similarity);
        return Ranking.Run(_model.Data, _cases, onDevice).Results;
    }

    private void RefreshItems()
    {
        if (_towerState is not null)
        {
            _model.Refresh();
        }
    }

    private Tensor Loss(Dictionary<string, Tensor> parameters, Dictionary<string, Tensor>? ofTowers)
    {
        Device device = _similarity.Weights.Device;
        (Tensor[] queries, Tensor[] candidates, Tensor? extraOfTowers) = Embeddings(ofTowers);
        (Tensor logits, Tensor? extra) = _similarity.Logits(
            _similarity.QueryHalves(queries, parameters),
            _similarity.ItemHalves(candidates, parameters),
            parameters,
            training: true);
        Tensor corrected = logits.Plus(tensor(_items.Corrections(), device: device).Times(-1)).contiguous();
        long[] seen = _items.SeenPairs(_items.CandidateCount);
        if (seen.Length > 0)
        {
            corrected.view(-1).FillInPlace(tensor(seen, device: device), Excluded);
        }

        Tensor loss = nn.functional.cross_entropy(corrected, tensor(_items.Targets, device: device));
        loss = extra is null ? loss : loss.Plus(extra);
        return extraOfTowers is null ? loss : loss.Plus(extraOfTowers.Times(_options.TowersWeight));
    }

    /// <summary>
    /// Embeddings of the step's queries and candidates; with gradients, and the towers' own loss, where these learn too.
    /// </summary>
    private (Tensor[] Queries, Tensor[] Candidates, Tensor? Loss) Embeddings(Dictionary<string, Tensor>? ofTowers)
    {
        Device device = _similarity.Weights.Device;
        float[][] embedded = _inputs.Queries(_batch.Queries, withoutTowers: ofTowers is not null);
        Tensor[] queries = _inputs.ToTensors([.. embedded.Select(one => (ReadOnlyMemory<float>)one)], device);
        Tensor rows = tensor([.. _items.Rows.Take(_items.CandidateCount).Select(row => (long)row)], device: device);
        Tensor[] candidates = Array.ConvertAll(_embeddings, all => all.index_select(0, rows));
        if (ofTowers is null)
        {
            return (queries, candidates, null);
        }

        (Tensor loss, queries[_inputs.OfTowers], candidates[_inputs.OfTowers]) =
            _towerStep!.Forward(_batch, ofTowers, _random);
        return (queries, candidates, loss);
    }
}
