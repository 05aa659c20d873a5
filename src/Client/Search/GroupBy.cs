namespace Linr.Client;

/// <summary>
/// Keeps at most <paramref name="Cap"/> hits a value of an attribute. Items without a value form a group of their own.
/// </summary>
/// <param name="Attribute">A keyword attribute with one value an item.</param>
/// <param name="Cap">Hits kept a group, 1 or more.</param>
public sealed record GroupBy(string Attribute, int Cap = 1);
