namespace Linr.VectorData;

/// <summary>Whether a property has one value or several.</summary>
internal enum ValueShape
{
    /// <summary>One value or null.</summary>
    Single,

    /// <summary>An array or null.</summary>
    Array,

    /// <summary>A list or null.</summary>
    List,
}
