namespace Linr;

/// <summary>
/// How far a source of changes was read. It is kept in the same unit as the changes that it stands for: after a crash both
/// are there or neither.
/// </summary>
/// <param name="Source">The source's name, not empty.</param>
/// <param name="Position">Where its next change begins, in the source's own words.</param>
/// <param name="CommittedAt">When the source committed the last change before it; null where it does not say.</param>
public sealed record SourcePosition(string Source, string Position, DateTimeOffset? CommittedAt = null);
