using System.Diagnostics;
using static TorchSharp.torch;

namespace Linr.Training;

/// <summary>
/// One training of what stands on a model's towers: phases of epochs, each epoch of steps and a validation, each phase
/// stopped early, and the best epoch of all is kept.
/// </summary>
/// <param name="patience">Epochs without a better validation after which a phase stops.</param>
internal abstract class PhasedRun(int patience) : IDisposable
{
    private TrainingPhase[] _phases = [];

    /// <summary>The weights, and what the epochs gave.</summary>
    public abstract TrainingState State { get; }

    /// <summary>Steps of an epoch of the phase that runs.</summary>
    protected abstract int Steps { get; }

    /// <summary>Trains; what the epochs gave, or null where the first steps were bad and another start is due.</summary>
    /// <param name="phases">What to learn from, one after the other.</param>
    /// <param name="progress">Told after every step and every epoch, on this thread.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EpochResult[]? Train(
        TrainingPhase[] phases, Action<TrainingProgress>? progress, CancellationToken cancellation)
    {
        _phases = phases;
        double best = Start();
        foreach (TrainingPhase phase in phases)
        {
            int since = 0;
            for (int epoch = 0; epoch < phase.Epochs && since < patience; epoch++)
            {
                if (Epoch(phase, ref best, progress, cancellation) is not { } result)
                {
                    return null;
                }

                since = result.IsBest ? 0 : since + 1;
            }

            // What comes next has other steps: it goes on from the last weights, which have seen all examples.
        }

        RestoreBest();
        return [.. State.Epochs];
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>What the start is worth, which an epoch has to beat; below all where any epoch does.</summary>
    protected virtual double Start() => double.NegativeInfinity;

    /// <summary>Starts an epoch.</summary>
    /// <param name="epoch">1 for the first.</param>
    /// <param name="isHeldOut">As <see cref="TrainingPhase.IsHeldOut"/>.</param>
    protected abstract void Begin(int epoch, bool isHeldOut);

    /// <summary>Takes a step; its mean loss, or null when the epoch is over.</summary>
    protected abstract double? Step();

    /// <summary>
    /// HR@10 and nDCG@10 of the validation users, and what the weights are worth by what early stopping watches, higher
    /// is better; null where no user is validated on, and each epoch counts as better than the one before.
    /// </summary>
    protected abstract (double HitRate, double Gain, double Worth)? Validate();

    /// <summary>Keeps the weights as the best so far.</summary>
    protected abstract void TakeBest();

    /// <summary>Puts the best weights back.</summary>
    protected abstract void RestoreBest();

    /// <summary>Whether the first steps of all say that another start is better.</summary>
    protected virtual bool IsBadStart(IReadOnlyList<double> losses) => false;

    /// <summary>A step's loss as a number.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    protected double Read(Tensor loss)
    {
        double mean = loss.item<float>();
        return double.IsFinite(mean) ? mean : throw new InvalidOperationException(
            $"The loss became {mean} at step {State.Adam.StepCount + 1}: train with a lower learning rate.");
    }

    private EpochResult? Epoch(
        TrainingPhase phase, ref double best, Action<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        int epoch = State.Epochs.Count + 1;
        Begin(epoch, phase.IsHeldOut);
        var losses = new List<double>();
        while (Step() is { } loss)
        {
            cancellation.ThrowIfCancellationRequested();
            losses.Add(loss);
            progress?.Invoke(Progress(epoch, losses));
            if (epoch == 1 && IsBadStart(losses))
            {
                return null;
            }
        }

        (double HitRate, double Gain, double Worth)? found = Validate();
        bool isBest = found is null || found.Value.Worth > best;
        best = Math.Max(best, found?.Worth ?? best);
        var result = new EpochResult(
            epoch,
            losses.DefaultIfEmpty(0).Average(),
            found?.HitRate ?? 0,
            found?.Gain ?? 0,
            clock.Elapsed.TotalSeconds,
            isBest);
        State.Epochs.Add(result);
        if (isBest)
        {
            TakeBest();
        }

        if (losses.Count > 0)
        {
            progress?.Invoke(Progress(epoch, losses));
        }

        return result;
    }

    private TrainingProgress Progress(int epoch, List<double> losses) => new(
        epoch, _phases.Sum(phase => phase.Epochs), losses.Count, Steps, losses.Average(),
        State.Epochs.Count == 0 ? null : State.Epochs[^1]);
}
