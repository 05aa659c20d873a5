using System.Globalization;

namespace Linr.Formats;

/// <summary>What a <c>Packages</c> index says about one binary package, as far as Linr uses it.</summary>
internal sealed record DebianPackage(
    string Name,
    string Source,
    string Version,
    string? Section,
    string? Priority,
    string? Maintainer,
    long? InstalledKiB,
    string? Description,
    IReadOnlyList<string> Tags,
    IReadOnlyList<string> Depends,
    IReadOnlyList<string> Provides)
{
    /// <summary>The package of the reader's current stanza.</summary>
    /// <exception cref="DataFormatException">
    /// The stanza lacks its name or version, or the size is no number.
    /// </exception>
    public static DebianPackage Of(Deb822Reader stanza, string path)
    {
        string name = Required("Package");
        string? size = stanza["Installed-Size"];
        long kib = 0;
        if (size is not null && !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out kib))
        {
            throw Wrong("Installed-Size", "a number of KiB", DataFormatException.Quote(size));
        }

        return new DebianPackage(
            name,
            NameOf(stanza["Source"] ?? name),
            Required("Version"),
            stanza["Section"],
            stanza["Priority"],
            PersonOf(stanza["Maintainer"]),
            size is null ? null : kib,
            stanza["Description"]?.Split('\n')[0],
            List(stanza["Tag"]),
            [.. List(stanza["Pre-Depends"]), .. List(stanza["Depends"])],
            [.. List(stanza["Provides"]).Select(NameOf)]);

        string Required(string field) => stanza[field] is { Length: > 0 } value
            ? value
            : throw Wrong(field, "a value", "none");

        DataFormatException Wrong(string field, string expected, string found)
            => DataFormatException.OfRow(path, "line", stanza.StanzaLine, field, expected, found);
    }

    /// <summary>The name in a relation such as <c>libc6:any (>= 2.34) [amd64]</c>.</summary>
    public static string NameOf(string relation)
    {
        int end = relation.AsSpan().IndexOfAny(" (:[<");
        return end < 0 ? relation : relation[..end];
    }

    /// <summary>
    /// The name of a person or a team without the address: who it is matters here, not how to write to them.
    /// </summary>
    private static string? PersonOf(string? maintainer)
    {
        int address = maintainer?.IndexOf('<', StringComparison.Ordinal) ?? -1;
        string? person = (address < 0 ? maintainer : maintainer![..address])?.Trim(' ', '"');
        return string.IsNullOrEmpty(person) ? null : person;
    }

    private static string[] List(string? value)
        => value?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
