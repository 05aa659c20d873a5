using System.Text.RegularExpressions;

namespace Linr.Server.Models;

/// <summary>Names of models, aliases and versions: they are folders and parts of URLs too.</summary>
internal static partial class ModelName
{
    /// <summary>What a name may be, in words.</summary>
    public const string Rule = "1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit";

    /// <summary>Whether it may be one.</summary>
    public static bool IsOne(string? name) => name is not null && Pattern().IsMatch(name);

    /// <summary>The name, checked.</summary>
    /// <exception cref="ModelException">It is none.</exception>
    public static string Check(string field, string? name) => IsOne(name)
        ? name!
        : throw ModelException.Wrong($"{field}: expected {Rule}; found \"{name}\".");

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex Pattern();
}
