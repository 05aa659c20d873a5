namespace Linr.Filters;

/// <summary>One place in a filter where a parameter stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Target">What it is compared with.</param>
/// <param name="ListMax">The longest list that may be given; 0 where one value is asked for.</param>
/// <param name="Position">Where it stands.</param>
internal sealed record ParameterUse(string Name, OperandTarget Target, int ListMax, FilterPosition Position);
