namespace Linr.Formats;

/// <summary>One thing that a user did with an item.</summary>
/// <param name="User">Who.</param>
/// <param name="Item">With what.</param>
/// <param name="TimeMicroseconds">When, in microseconds since 1970-01-01 UTC; null where the data has no time.</param>
/// <param name="Weight">How much it counts, such as a rating; finite.</param>
public readonly record struct Interaction(ItemId User, ItemId Item, long? TimeMicroseconds = null, float Weight = 1);
