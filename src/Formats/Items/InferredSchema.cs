namespace Linr.Formats;

/// <summary>What a file of items was found to hold.</summary>
/// <param name="Schema">The schema.</param>
/// <param name="Id">The column of the id.</param>
/// <param name="Columns">The columns of fields and embeddings that had to be named otherwise than their column.</param>
/// <param name="Notes">A sentence a column: what it was taken for, and why.</param>
/// <param name="Rows">How many rows were looked at.</param>
public sealed record InferredSchema(
    Schema Schema,
    ColumnRef Id,
    IReadOnlyDictionary<string, ColumnRef> Columns,
    IReadOnlyList<string> Notes,
    long Rows)
{
    /// <summary>The options with everything that was found filled in.</summary>
    public ItemOptions Apply(ItemOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with { Schema = Schema, Id = Id, Columns = Columns };
    }
}
