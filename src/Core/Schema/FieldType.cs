namespace Linr;

/// <summary>The type of a field's values.</summary>
public enum FieldType
{
    /// <summary>A short string, compared as a whole; dictionary coded.</summary>
    Keyword,

    /// <summary>A 64-bit signed integer.</summary>
    Integer,

    /// <summary>A 64-bit IEEE float; NaN is refused.</summary>
    Float,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A point in time, UTC, kept as microseconds since 1970-01-01.</summary>
    Date,

    /// <summary>Free text: stored, or a tower feature; never an attribute.</summary>
    Text,

    /// <summary>Bytes: stored only.</summary>
    Bytes,

    /// <summary>A JSON value: stored only.</summary>
    Json,
}
