namespace Linr.Filters;

/// <summary>One thing that is wrong with a filter.</summary>
/// <param name="Message">What was expected and what was found.</param>
/// <param name="Position">Where; not known when the filter was built in code.</param>
public sealed record FilterProblem(string Message, FilterPosition Position)
{
    /// <summary>The position, when it is known, and the message.</summary>
    public override string ToString() => Position.IsKnown ? $"{Position}: {Message}" : Message;
}
