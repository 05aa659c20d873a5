namespace Linr;

/// <summary>A schema is not valid.</summary>
public sealed class SchemaException : ArgumentException
{
    /// <summary>A schema that is not valid.</summary>
    /// <param name="problems">All that is wrong, each problem naming what it is about.</param>
    public SchemaException(IReadOnlyList<string> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>All that is wrong, each problem naming what it is about.</summary>
    public IReadOnlyList<string> Problems { get; }
}
