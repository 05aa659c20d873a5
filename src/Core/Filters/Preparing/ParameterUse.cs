namespace Linr.Filters;

/// <summary>One place in a filter where a parameter stands.</summary>
internal sealed record ParameterUse(string Name, OperandTarget Target, bool AllowsList, FilterPosition Position);
