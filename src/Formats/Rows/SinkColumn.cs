namespace Linr.Formats.Rows;

/// <summary>A column of a file to be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="IsList">Whether a row may have several.</param>
/// <param name="Dim">The width of an embedding; 0 for other columns.</param>
internal readonly record struct SinkColumn(string Name, FieldType Type, bool IsList = false, int Dim = 0)
{
    /// <summary>A column of ids: integers as such, others as text.</summary>
    public static SinkColumn OfId(string name, IdKind kind)
        => new(name, kind == IdKind.Integer ? FieldType.Integer : FieldType.Keyword);

    /// <summary>A column of embeddings.</summary>
    public static SinkColumn OfEmbedding(string name, int dim) => new(name, FieldType.Float, IsList: true, dim);

    /// <summary>The value that stands for an id in such a column.</summary>
    public static Value ValueOf(ItemId id)
        => id.Kind == IdKind.Integer ? Value.OfInteger(id.Integer) : Value.OfKeyword(id.ToString());
}
