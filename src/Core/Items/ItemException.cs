namespace Linr;

/// <summary>One or more items do not fit the schema. Nothing of them was stored.</summary>
public sealed class ItemException : ArgumentException
{
    /// <summary>Items that do not fit.</summary>
    /// <param name="problems">All that is wrong, each problem naming item and field.</param>
    public ItemException(IReadOnlyList<string> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>All that is wrong, each problem naming item and field.</summary>
    public IReadOnlyList<string> Problems { get; }
}
