namespace Linr.Kernels.Filter;

/// <summary>A clause of one of several filters that a <see cref="CodeLookup"/> may answer.</summary>
/// <param name="Filter">The filter's number.</param>
/// <param name="Clause">The clause's number in its plan.</param>
/// <param name="Lookup">The look-up.</param>
internal readonly record struct SharedClause(int Filter, int Clause, int Lookup);
