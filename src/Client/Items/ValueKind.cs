namespace Linr.Client;

/// <summary>What a value is as it travels; the model's schema says what it is there.</summary>
public enum ValueKind
{
    /// <summary>A keyword, a text or a JSON value.</summary>
    Text,

    /// <summary>A 64-bit integer.</summary>
    Integer,

    /// <summary>A 64-bit float.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A date with its time, to the microsecond.</summary>
    Date,

    /// <summary>Bytes.</summary>
    Bytes,
}
