namespace Linr.Filters;

/// <summary>One end of a range.</summary>
/// <param name="Value">The end.</param>
/// <param name="Inclusive">Whether the end itself lies in the range.</param>
public readonly record struct RangeBound(Operand Value, bool Inclusive);
