namespace Linr.Filters;

/// <summary>Passes every item, or none.</summary>
/// <param name="Passes">Whether it passes every item.</param>
public sealed record ConstantFilter(bool Passes) : Filter;
