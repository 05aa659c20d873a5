namespace Linr;

/// <summary>What stands for an item's embedding while a search scores it.</summary>
public enum ScoreSource
{
    /// <summary>Its row, as the schema's <see cref="EmbeddingSchema.RowType"/> says.</summary>
    Rows,

    /// <summary>The smaller copy of the row: <see cref="EmbeddingSchema.Copy"/>.</summary>
    Copy,

    /// <summary>Its code: <see cref="EmbeddingSchema.Codes"/>.</summary>
    Codes,
}
