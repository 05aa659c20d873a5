namespace Linr.Filters;

/// <summary>How a value that is compared with an attribute fits the attribute's type.</summary>
internal enum ValueFit
{
    /// <summary>It is a value of the type.</summary>
    Exact,

    /// <summary>It is of a comparable type, but no value of the attribute's type equals it.</summary>
    Unequal,

    /// <summary>It cannot be compared.</summary>
    Wrong,
}
