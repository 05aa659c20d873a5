namespace Linr.Index.Ids;

/// <summary>What happens to an item whose id an earlier item has.</summary>
public enum DuplicateIds
{
    /// <summary>It is refused.</summary>
    Refuse,

    /// <summary>It replaces the earlier item, in its row.</summary>
    LastWins,
}
