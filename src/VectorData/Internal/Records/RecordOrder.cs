using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Linr.VectorData;

/// <summary>
/// Puts items in the order of properties: null first, strings by their UTF-16 code units, equal ones as they came.
/// </summary>
internal sealed class RecordOrder : IComparer<(Item Item, long Number)>
{
    private readonly (string? Field, bool IsAscending)[] _keys;

    private RecordOrder((string? Field, bool IsAscending)[] keys) => _keys = keys;

    /// <summary>The fields that it reads.</summary>
    public IEnumerable<string> Fields => _keys.Select(key => key.Field).OfType<string>();

    /// <summary>The order that options ask for; null where they ask for none.</summary>
    /// <exception cref="NotSupportedException">A property has several values, or bytes.</exception>
    /// <exception cref="InvalidOperationException">A property is unknown.</exception>
    public static RecordOrder? Of<TRecord>(RecordMap map, FilteredRecordRetrievalOptions<TRecord> options)
    {
        var keys = new List<(string?, bool)>();
        var given = new FilteredRecordRetrievalOptions<TRecord>.OrderByDefinition();
        foreach (var one in options.OrderBy?.Invoke(given).Values ?? [])
        {
            PropertyModel property = map.Model.GetDataOrKeyProperty(one.PropertySelector);
            DataMap? data = map.FindData(property);
            if (property is not KeyPropertyModel && data is not { IsList: false, IsBytes: false })
            {
                throw new NotSupportedException(
                    $"OrderBy: expected the key or a data property of one value; found '{property.ModelName}'.");
            }

            keys.Add((data?.Field, one.Ascending));
        }

        return keys.Count == 0 ? null : new RecordOrder([.. keys]);
    }

    /// <summary>The first of some items in this order.</summary>
    public IEnumerable<Item> First(IEnumerable<Item> items, int count)
    {
        // The last in order is at the front, and leaves when there is one too many.
        var kept = new PriorityQueue<(Item Item, long Number), (Item Item, long Number)>(
            Comparer<(Item Item, long Number)>.Create((left, right) => Compare(right, left)));
        long number = 0;
        foreach (Item item in items)
        {
            (Item, long) one = (item, number++);
            kept.Enqueue(one, one);
            if (kept.Count > count)
            {
                kept.Dequeue();
            }
        }

        return kept.UnorderedItems.Select(one => one.Element).Order(this).Select(one => one.Item);
    }

    public int Compare((Item Item, long Number) left, (Item Item, long Number) right)
    {
        foreach ((string? field, bool isAscending) in _keys)
        {
            int order = field is null
                ? Compare(left.Item.Id, right.Item.Id)
                : Compare(ValueOf(left.Item, field), ValueOf(right.Item, field));
            if (order != 0)
            {
                return isAscending ? order : -order;
            }
        }

        return left.Number.CompareTo(right.Number);
    }

    private static Value? ValueOf(Item item, string field)
        => item.Fields.TryGetValue(field, out IReadOnlyList<Value>? values) && values.Count > 0 ? values[0] : (Value?)null;

    private static int Compare(ItemId left, ItemId right) => left.Kind switch
    {
        IdKind.Guid => left.Guid.CompareTo(right.Guid),
        IdKind.Text => string.CompareOrdinal(left.Text, right.Text),
        _ => left.Integer.CompareTo(right.Integer),
    };

    private static int Compare(Value? left, Value? right) => (left, right) switch
    {
        ({ } one, { } other) => one.Type switch
        {
            FieldType.Integer or FieldType.Date => one.Integer.CompareTo(other.Integer),
            FieldType.Float => one.Float.CompareTo(other.Float),
            FieldType.Boolean => one.Boolean.CompareTo(other.Boolean),
            _ => string.CompareOrdinal(one.Text, other.Text),
        },
        _ => left.HasValue.CompareTo(right.HasValue),
    };
}
