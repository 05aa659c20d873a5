namespace Linr.Filters;

/// <summary>The parameters of one search, by name. Reuse one object to spare the allocation; not safe for concurrent use.</summary>
public sealed class FilterParameters
{
    private readonly Dictionary<string, FilterParameter> _byName = new(StringComparer.Ordinal);

    /// <summary>No parameters.</summary>
    internal static FilterParameters None { get; } = new();

    internal Dictionary<string, FilterParameter> ByName => _byName;

    /// <summary>Gives a value.</summary>
    public FilterParameters Set(string name, Value value) => Add(name, new FilterParameter { Values = new[] { value } });

    /// <summary>Gives a list of values; the memory is read at each search and not copied.</summary>
    public FilterParameters SetList(string name, ReadOnlyMemory<Value> values)
        => Add(name, new FilterParameter { Values = values, IsList = true });

    /// <summary>Gives a list of keywords.</summary>
    public FilterParameters SetList(string name, IEnumerable<string> keywords)
        => SetList(name, keywords.Select(Value.OfKeyword).ToArray());

    /// <summary>Gives a list of integers.</summary>
    public FilterParameters SetList(string name, IEnumerable<long> integers)
        => SetList(name, integers.Select(Value.OfInteger).ToArray());

    /// <summary>Gives a list of item ids; the memory is read at each search and not copied.</summary>
    public FilterParameters SetIds(string name, ReadOnlyMemory<ItemId> ids) => AddIds(name, new IdList { Ids = ids });

    /// <summary>
    /// Gives a list of integer ids: a fifth of the memory of <see cref="ItemId"/>s, and the fastest for long lists. The
    /// memory is read at each search and not copied.
    /// </summary>
    public FilterParameters SetIds(string name, ReadOnlyMemory<long> ids) => AddIds(name, new IdList { Integers = ids });

    /// <summary>Gives a list of Guid ids; the memory is read at each search and not copied.</summary>
    public FilterParameters SetIds(string name, ReadOnlyMemory<Guid> ids) => AddIds(name, new IdList { Guids = ids });

    /// <summary>
    /// Gives a list of string ids; the memory is read at each search and not copied. Half a surrogate pair, which no id
    /// has, matches nothing.
    /// </summary>
    public FilterParameters SetIds(string name, ReadOnlyMemory<string> ids) => AddIds(name, new IdList { Texts = ids });

    /// <summary>Takes all parameters away.</summary>
    public void Clear() => _byName.Clear();

    private FilterParameters AddIds(string name, IdList ids) => Add(name, new FilterParameter { Ids = ids, IsList = true });

    private FilterParameters Add(string name, FilterParameter parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _byName[name] = parameter;
        return this;
    }
}
