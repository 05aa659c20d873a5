namespace Linr.Filters;

/// <summary>What a search gives for one parameter.</summary>
internal readonly record struct FilterParameter
{
    /// <summary>The value or values; empty when ids are given.</summary>
    public ReadOnlyMemory<Value> Values { get; init; }

    /// <summary>The ids, when ids are given.</summary>
    public ReadOnlyMemory<ItemId> Ids { get; init; }

    public bool IsList { get; init; }

    public bool IsIds { get; init; }

    public int Count => IsIds ? Ids.Length : Values.Length;
}
