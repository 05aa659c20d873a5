namespace Linr.Filters;

/// <summary>The keys of the JSON form.</summary>
internal static class JsonWords
{
    public const string And = "and";
    public const string Or = "or";
    public const string Not = "not";
    public const string Ids = "ids";
    public const string Attribute = "attribute";
    public new const string Equals = "equals";
    public const string In = "in";
    public const string ContainsAll = "containsAll";
    public const string Exists = "exists";
    public const string Above = "gt";
    public const string AtLeast = "gte";
    public const string Below = "lt";
    public const string AtMost = "lte";
    public const string Parameter = "parameter";
    public const string Date = "date";
    public const string Float = "float";

    public static readonly string[] OfFilters =
        [And, Or, Not, Ids, Attribute, Equals, In, ContainsAll, Exists, Above, AtLeast, Below, AtMost];
}
