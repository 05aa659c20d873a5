namespace Linr.Filters;

/// <summary>What a search gives for one parameter.</summary>
internal readonly record struct FilterParameter
{
    /// <summary>The value or values, unless ids are given.</summary>
    public ReadOnlyMemory<Value> Values { get; init; }

    /// <summary>The ids, when ids are given as such.</summary>
    public IdList Ids { get; init; }

    public bool IsList { get; init; }

    public int Count => Ids.Count + Values.Length;
}
