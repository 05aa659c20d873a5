namespace Linr.Training.Evaluation;

/// <summary>Which held-out interaction of each user is to be found.</summary>
public enum HeldOut
{
    /// <summary>The second last, from what stands before it.</summary>
    Validation,

    /// <summary>The last, from all others.</summary>
    Test,

    /// <summary>One interaction of each item that training never sees, from what the user did before it.</summary>
    Cold,
}
