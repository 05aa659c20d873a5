namespace Linr;

/// <summary>What a change does to its item.</summary>
public enum ChangeKind
{
    /// <summary>The item is as given from now on, whatever it was; what it was not given it does not have.</summary>
    Upsert,

    /// <summary>The fields and embeddings that are given replace the item's; all others stay.</summary>
    Update,

    /// <summary>The item is gone.</summary>
    Delete,
}
