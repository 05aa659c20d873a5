namespace Linr.Training.Data;

/// <summary>
/// The items to train on, by row: those of the item source in its order, then those that only interactions name.
/// Fields are not kept: <see cref="Items"/> reads the source again.
/// </summary>
public sealed class ItemCatalogue
{
    private readonly IEnumerable<Item> _source;
    private readonly Dictionary<ItemId, int> _rows = [];
    private readonly List<ItemId> _ids = [];
    private readonly int _sourceCount;

    /// <summary>Reads the ids of a source of items.</summary>
    /// <param name="schema">What the items look like.</param>
    /// <param name="source">The items; enumerated several times, each time the same.</param>
    /// <exception cref="ArgumentException">An id stands there twice.</exception>
    public ItemCatalogue(Schema schema, IEnumerable<Item> source)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(source);
        Schema = schema;
        _source = source;
        foreach (Item item in source)
        {
            if (!_rows.TryAdd(item.Id, _ids.Count))
            {
                throw new ArgumentException($"Expected each item once; found {item.Id} twice.", nameof(source));
            }

            _ids.Add(item.Id);
        }

        _sourceCount = _ids.Count;
    }

    /// <summary>What the items look like.</summary>
    public Schema Schema { get; }

    /// <summary>How many items there are.</summary>
    public int Count => _ids.Count;

    /// <summary>The ids by row.</summary>
    public IReadOnlyList<ItemId> Ids => _ids;

    /// <summary>Every item in row order; those that only interactions name have no fields.</summary>
    public IEnumerable<Item> Items
        => _source.Concat(_ids.Skip(_sourceCount).Select(id => new Item { Id = id }));

    /// <summary>The row of an item, or -1.</summary>
    public int Find(ItemId id) => _rows.GetValueOrDefault(id, -1);

    /// <summary>The row of an item, which is added where it is new.</summary>
    internal int FindOrAdd(ItemId id)
    {
        if (!_rows.TryGetValue(id, out int row))
        {
            row = _ids.Count;
            _rows.Add(id, row);
            _ids.Add(id);
        }

        return row;
    }
}
