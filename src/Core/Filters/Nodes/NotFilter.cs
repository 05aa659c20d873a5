namespace Linr.Filters;

/// <summary>Passes the items that its filter does not: the plain complement.</summary>
/// <param name="Inner">The filter.</param>
public sealed record NotFilter(Filter Inner) : Filter;
