namespace Linr.Kernels.Filter;

/// <summary>A clause of one of several plans that a <see cref="CodeLookup"/> may answer.</summary>
/// <param name="Plan">The plan's number.</param>
/// <param name="Clause">The clause's number in its plan.</param>
/// <param name="Lookup">The look-up.</param>
internal readonly record struct SharedClause(int Plan, int Clause, int Lookup);
