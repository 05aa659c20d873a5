namespace Linr.Training;

/// <summary>Where a training run is.</summary>
/// <param name="Epoch">The epoch that runs, 1 for the first.</param>
/// <param name="Epochs">Epochs at most.</param>
/// <param name="Step">Steps done in this epoch.</param>
/// <param name="Steps">Steps of an epoch.</param>
/// <param name="Loss">Mean loss of this epoch's steps so far.</param>
/// <param name="Last">What the last finished epoch gave; null in the first.</param>
public readonly record struct TrainingProgress(
    int Epoch, int Epochs, int Step, int Steps, double Loss, EpochResult? Last);
