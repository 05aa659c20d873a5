namespace Linr;

/// <summary>
/// Keeps at most <paramref name="Cap"/> hits a value of a single-valued keyword attribute. Items without a value form
/// one group of their own.
/// </summary>
/// <param name="Attribute">The attribute's name.</param>
/// <param name="Cap">Hits kept a group, 1 or more.</param>
public sealed record GroupBy(string Attribute, int Cap = 1);
