using Linr.Training.Torch;

namespace Linr.Training;

/// <summary>Where the epoch loop stands: all that a checkpoint keeps. Owns the copy of the best weights.</summary>
internal sealed class TrainingState(WeightSet weights, TrainingOptions options) : IDisposable
{
    /// <summary>The weights with Adam's moments.</summary>
    public WeightSet Weights { get; } = weights;

    /// <summary>The weights of the best epoch; those of the start before there is one.</summary>
    public WeightSnapshot Best { get; } = new(weights);

    /// <summary>What moves the weights.</summary>
    public Adam Adam { get; } = new(options.LearningRate, options.WeightDecay);

    /// <summary>What the finished epochs gave.</summary>
    public List<EpochResult> Epochs { get; } = [];

    /// <summary>Epochs since the best one.</summary>
    public int EpochsSinceBest
        => Epochs.Count == 0 ? 0 : Epochs.Count - 1 - Math.Max(0, Epochs.FindLastIndex(epoch => epoch.IsBest));

    /// <summary>The best validation so far; below any when there is none.</summary>
    public double BestGain
        => Epochs.Where(epoch => epoch.IsBest).Select(epoch => epoch.DiscountedGain).LastOrDefault(-1);

    /// <summary>Whether no other epoch is due.</summary>
    public bool IsDone => Epochs.Count >= options.Epochs || EpochsSinceBest >= options.Patience;

    /// <inheritdoc/>
    public void Dispose() => Best.Dispose();
}
