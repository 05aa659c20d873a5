namespace Linr;

/// <summary>One field of an item.</summary>
/// <param name="Name">A letter or underscore, then letters, digits, underscores, dots or dashes.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Roles">What it is for.</param>
/// <param name="MultiValued">Whether an item may carry several values of it.</param>
public sealed record FieldSchema(string Name, FieldType Type, FieldRoles Roles, bool MultiValued = false)
{
    /// <summary>Whether filters test it.</summary>
    public bool IsAttribute => Roles.HasFlag(FieldRoles.Attribute);

    /// <summary>Whether an item tower reads it.</summary>
    public bool IsFeature => Roles.HasFlag(FieldRoles.Feature);

    /// <summary>Whether it is returned with a hit.</summary>
    public bool IsStored => Roles.HasFlag(FieldRoles.Stored);
}
