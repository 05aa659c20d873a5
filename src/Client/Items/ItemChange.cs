namespace Linr.Client;

/// <summary>One change of one item.</summary>
public sealed record ItemChange
{
    private ItemChange(ItemChangeKind kind, Item item, long? version)
    {
        Kind = kind;
        Item = item;
        Version = version;
    }

    /// <summary>What happens to the item.</summary>
    public ItemChangeKind Kind { get; }

    /// <summary>The item; of a delete its id alone.</summary>
    public Item Item { get; }

    /// <summary>
    /// Its version in the count of the item's source: the change has an effect if none with an equal or higher version
    /// came before. With one, a change may be sent again, so that a set of such changes is retried. Null: without.
    /// </summary>
    public long? Version { get; }

    /// <summary>The item is as given from now on.</summary>
    public static ItemChange Upsert(Item item, long? version = null)
        => new(ItemChangeKind.Upsert, item ?? throw new ArgumentNullException(nameof(item)), version);

    /// <summary>
    /// These fields and embeddings replace those that the item has; a field without values removes it.
    /// </summary>
    public static ItemChange Update(Item item, long? version = null)
        => new(ItemChangeKind.Update, item ?? throw new ArgumentNullException(nameof(item)), version);

    /// <summary>The item goes.</summary>
    public static ItemChange Delete(ItemId id, long? version = null)
        => new(ItemChangeKind.Delete, new Item { Id = id }, version);
}
