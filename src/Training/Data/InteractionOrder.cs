namespace Linr.Training.Data;

/// <summary>What says which of a user's interactions came first.</summary>
public enum InteractionOrder
{
    /// <summary>Their times; equal times stand in the order in which they were read.</summary>
    Time,

    /// <summary>The order in which they were read.</summary>
    File,

    /// <summary>Nothing: a history is a set, the held-out interaction is drawn at random from a seed.</summary>
    None,
}
