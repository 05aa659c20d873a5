namespace Linr.Filters;

/// <summary>The reserved words of the text form: an attribute of such a name is written in double quotes.</summary>
internal static class Words
{
    public const string And = "and";
    public const string Or = "or";
    public const string Not = "not";
    public const string In = "in";
    public const string Between = "between";
    public const string Contains = "contains";
    public const string Exists = "exists";
    public const string Missing = "missing";
    public const string True = "true";
    public const string False = "false";
    public const string Id = "id";

    /// <summary>Words that mean something only where the grammar asks for them.</summary>
    public const string Any = "any";

    /// <inheritdoc cref="Any"/>
    public const string All = "all";

    /// <inheritdoc cref="Any"/>
    public const string Date = "date";

    private static readonly HashSet<string> s_reserved = new(
        [And, Or, Not, In, Between, Contains, Exists, Missing, True, False, Id, NumberText.Infinity],
        StringComparer.OrdinalIgnoreCase);

    public static bool IsReserved(string name) => s_reserved.Contains(name);
}
