namespace Linr.Training;

/// <summary>What one epoch gave: a line of the run's record.</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="Loss">Mean loss of the steps.</param>
/// <param name="HitRate">Share of validation users whose held-out item was among the first ten.</param>
/// <param name="DiscountedGain">Mean nDCG@10 of the validation users; what early stopping watches.</param>
/// <param name="Seconds">Time of the epoch, validation included.</param>
/// <param name="IsBest">Whether it was the best so far.</param>
public readonly record struct EpochResult(
    int Epoch, double Loss, double HitRate, double DiscountedGain, double Seconds, bool IsBest);
