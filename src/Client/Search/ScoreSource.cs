namespace Linr.Client;

/// <summary>What stands for an item's embedding while a search scores it.</summary>
public enum ScoreSource
{
    /// <summary>Its row.</summary>
    Rows,

    /// <summary>The smaller copy of its row.</summary>
    Copy,

    /// <summary>Its code.</summary>
    Codes,
}
