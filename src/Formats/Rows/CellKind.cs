namespace Linr.Formats.Rows;

/// <summary>What a cell holds.</summary>
internal enum CellKind
{
    /// <summary>Nothing: a null inside a list.</summary>
    Missing,

    /// <summary>A string, or the text of a column whose file has no types.</summary>
    Text,

    /// <summary>A number written as text.</summary>
    Number,

    /// <summary>A 64-bit integer.</summary>
    Integer,

    /// <summary>A 64-bit float.</summary>
    Float,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Microseconds since 1970-01-01 UTC.</summary>
    Date,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>A JSON object or a list within a list, as text.</summary>
    Json,
}
