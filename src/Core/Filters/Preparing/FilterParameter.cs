namespace Linr.Filters;

/// <summary>What a search gives for one parameter.</summary>
internal readonly record struct FilterParameter
{
    /// <summary>The value or values, unless ids are given.</summary>
    public ReadOnlyMemory<Value> Values { get; init; }

    /// <summary>The ids, when ids are given as such.</summary>
    public ReadOnlyMemory<ItemId> Ids { get; init; }

    /// <summary>The ids, when ids are given as integers.</summary>
    public ReadOnlyMemory<long> IntegerIds { get; init; }

    public bool IsList { get; init; }

    public int Count => Ids.Length + IntegerIds.Length + Values.Length;
}
