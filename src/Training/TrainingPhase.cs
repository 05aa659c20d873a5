namespace Linr.Training;

/// <summary>Epochs over one kind of examples.</summary>
/// <param name="Epochs">How many at most.</param>
/// <param name="IsHeldOut">
/// Whether these are interactions that the towers have not learned from; else those that they have.
/// </param>
internal readonly record struct TrainingPhase(int Epochs, bool IsHeldOut);
