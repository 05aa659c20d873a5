namespace Linr;

/// <summary>A change of one item. A reader of the index sees each change whole or not at all.</summary>
public sealed record ItemChange
{
    private ItemChange(ChangeKind kind, Item item, long? version) => (Kind, Item, Version) = (kind, item, version);

    /// <summary>What it does.</summary>
    public ChangeKind Kind { get; }

    /// <summary>
    /// The item of an upsert; of an update what changes: a field without values loses those that it had; of a delete
    /// its id alone.
    /// </summary>
    public Item Item { get; }

    /// <summary>The item's id.</summary>
    public ItemId Id => Item.Id;

    /// <summary>
    /// How the change stands to others of the same item, in its source's own count: it has an effect if no change of the
    /// item with an equal or higher version had one, be that a delete. Null: it follows all that came before.
    /// </summary>
    public long? Version { get; }

    /// <summary>The item is as given from now on.</summary>
    public static ItemChange Upsert(Item item, long? version = null) => new(ChangeKind.Upsert, NotNull(item), version);

    /// <summary>These fields and embeddings of the item replace those that it has.</summary>
    public static ItemChange Update(Item item, long? version = null) => new(ChangeKind.Update, NotNull(item), version);

    /// <summary>The item is gone.</summary>
    public static ItemChange Delete(ItemId id, long? version = null)
        => new(ChangeKind.Delete, new Item { Id = id }, version);

    private static Item NotNull(Item item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item;
    }
}
