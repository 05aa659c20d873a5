namespace Linr;

/// <summary>What the caller's item names are made of; one kind for all items of a model.</summary>
public enum IdKind
{
    /// <summary>A 64-bit signed integer.</summary>
    Integer,

    /// <summary>A <see cref="System.Guid"/>.</summary>
    Guid,

    /// <summary>A string, 1 to <see cref="Limits.IdBytesMax"/> bytes of UTF-8.</summary>
    Text,
}
