namespace Linr.Index.Ids;

/// <summary>
/// How ids of one form are looked up in a column. Made by structs, so that a look-up of many is compiled for them.
/// </summary>
/// <typeparam name="TId">The form: the column's own, or <see cref="ItemId"/>.</typeparam>
internal interface IIdProbes<TId>
{
    /// <summary>The hash that a search starts from; an id that no row can have may have any.</summary>
    ulong Hash(in TId id);

    /// <summary>Asks for a row's id, which a comparison will need.</summary>
    void Prefetch(uint row);

    /// <summary>Whether a row has that id.</summary>
    bool Matches(uint row, in TId id);

    /// <summary>The row of one id, or <see cref="SlotTable.None"/>.</summary>
    uint Find(in TId id, SlotTable slots);
}
