namespace Linr.Formats;

/// <summary>Where a file keeps the parts of an item, and what they are.</summary>
public sealed record ItemOptions : ReadOptions
{
    /// <summary>What the items look like; null finds out from the file, by <see cref="ItemFile.Infer"/>.</summary>
    public Schema? Schema { get; init; }

    /// <summary>
    /// The column of the id; null looks for one named <c>id</c>, <c>itemId</c>, <c>movieId</c> or the like, and else
    /// takes the first.
    /// </summary>
    public ColumnRef? Id { get; init; }

    /// <summary>The columns of those fields and embeddings that are not in the column of their own name.</summary>
    public IReadOnlyDictionary<string, ColumnRef> Columns { get; init; } = new Dictionary<string, ColumnRef>();

    /// <summary>How many rows are looked at to find out the schema.</summary>
    public int SampleRows { get; init; } = 10_000;
}
