namespace Linr.Client;

/// <summary>What a change does.</summary>
public enum ItemChangeKind
{
    /// <summary>The item is as given from now on.</summary>
    Upsert,

    /// <summary>What is given replaces what the item has; the rest stays.</summary>
    Update,

    /// <summary>The item goes.</summary>
    Delete,
}
