namespace Linr.Training;

/// <summary>Where the epoch loop stands; with weights and moments it is all that a checkpoint needs.</summary>
internal sealed class TrainingState
{
    /// <summary>What the finished epochs gave.</summary>
    public List<EpochResult> Epochs { get; } = [];

    /// <summary>Epochs since the best one.</summary>
    public int EpochsSinceBest
        => Epochs.Count == 0 ? 0 : Epochs.Count - 1 - Math.Max(0, Epochs.FindLastIndex(epoch => epoch.IsBest));

    /// <summary>The best validation so far; below any when there is none.</summary>
    public double BestGain
        => Epochs.Where(epoch => epoch.IsBest).Select(epoch => epoch.DiscountedGain).LastOrDefault(-1);

    /// <summary>Whether another epoch is due.</summary>
    public bool IsDone(TrainingOptions options)
        => Epochs.Count >= options.Epochs || EpochsSinceBest >= options.Patience;
}
