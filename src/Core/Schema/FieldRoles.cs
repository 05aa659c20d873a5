namespace Linr;

/// <summary>What a field is for: one or more of these.</summary>
[Flags]
public enum FieldRoles
{
    /// <summary>Nothing; a schema refuses such a field.</summary>
    None = 0,

    /// <summary>Filters test it.</summary>
    Attribute = 1,

    /// <summary>An item tower reads it; kept raw so that a new model can embed every item again.</summary>
    Feature = 2,

    /// <summary>Returned with a hit.</summary>
    Stored = 4,
}
