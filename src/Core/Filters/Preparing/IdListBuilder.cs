namespace Linr.Filters;

/// <summary>Gathers the literals of an id clause as ids of one kind.</summary>
internal sealed class IdListBuilder(IdKind kind, int capacity)
{
    private readonly long[] _integers = new long[kind == IdKind.Integer ? capacity : 0];
    private readonly ItemId[] _ids = new ItemId[kind == IdKind.Integer ? 0 : capacity];
    private int _count;

    /// <summary>Adds a literal; false when it is no id of the kind.</summary>
    public bool TryAdd(Value literal)
    {
        if (kind == IdKind.Integer && literal.Type == FieldType.Integer)
        {
            _integers[_count++] = literal.Integer;
            return true;
        }

        if (!IdTyping.TryConvert(literal, kind, out ItemId id))
        {
            return false;
        }

        _ids[_count++] = id;
        return true;
    }

    public IdList ToList() => kind == IdKind.Integer
        ? new IdList { Integers = _integers.AsMemory(0, _count) }
        : new IdList { Ids = _ids.AsMemory(0, _count) };
}
