namespace Linr.Index.Device;

/// <summary>What is expected of an attribute's values, for a budget before there is a table.</summary>
/// <param name="KeywordCount">Different keywords at most; they say how wide codes are.</param>
/// <param name="ValueCount">Values of a multi-valued attribute, of all rows together.</param>
/// <param name="HasMissing">Whether rows of a single-valued attribute may lack it.</param>
public readonly record struct FieldSize(uint KeywordCount, long ValueCount, bool HasMissing = true);
