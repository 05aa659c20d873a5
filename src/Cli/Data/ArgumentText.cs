using System.Collections.Immutable;
using System.Globalization;
using Linr.Filters;

namespace Linr.Cli.Data;

/// <summary>Reads what users type as option values.</summary>
internal static class ArgumentText
{
    /// <summary>Lists given as several arguments, or as one with commas.</summary>
    public static string[] Split(string[]? values)
        => values is null
            ? []
            : [.. values.SelectMany(
                value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>Item ids of the model's kind.</summary>
    public static ImmutableArray<ItemId> Ids(string[]? values, IdKind kind)
        => [.. Split(values).Select(value => ItemId.Parse(value, kind))];

    /// <summary>The two sides of a pair.</summary>
    /// <param name="option">The option that it was given to.</param>
    /// <param name="form">What it should look like.</param>
    /// <param name="pair">What the user gave.</param>
    /// <exception cref="ArgumentException">A side is missing.</exception>
    public static (string Name, string Value) Pair(string option, string form, string pair)
    {
        int equals = pair.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && equals < pair.Length - 1
            ? (pair[..equals], pair[(equals + 1)..])
            : throw new ArgumentException($"{option}: expected {form}; found \"{pair}\".");
    }

    /// <summary>NAME=VALUE pairs; a name given again, or commas in the value, makes a list.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<Value>> Values(string[]? pairs, string option)
    {
        var values = new Dictionary<string, IReadOnlyList<Value>>();
        foreach (string pair in pairs ?? [])
        {
            (string name, string list) = Pair(option, "NAME=VALUE", pair);
            IEnumerable<Value> added = list.Split(',', StringSplitOptions.TrimEntries).Select(OneValue);
            values[name] = [.. values.GetValueOrDefault(name) ?? [], .. added];
        }

        return values;
    }

    /// <summary>The parameters of a filter; null when there is none.</summary>
    public static FilterParameters? Parameters(string[]? pairs)
    {
        IReadOnlyDictionary<string, IReadOnlyList<Value>> values = Values(pairs, "--param");
        if (values.Count == 0)
        {
            return null;
        }

        var parameters = new FilterParameters();
        foreach ((string name, IReadOnlyList<Value> given) in values)
        {
            _ = given.Count == 1 ? parameters.Set(name, given[0]) : parameters.SetList(name, given.ToArray());
        }

        return parameters;
    }

    /// <summary>ATTRIBUTE or ATTRIBUTE:CAP.</summary>
    public static GroupBy? GroupBy(string? text)
    {
        if (text is null)
        {
            return null;
        }

        int colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return new GroupBy(text);
        }

        return int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int cap)
            ? new GroupBy(text[..colon], cap)
            : throw new ArgumentException($"--group-by: expected ATTRIBUTE or ATTRIBUTE:CAP; found \"{text}\".");
    }

    // A keyword that looks like a number or a boolean is put in quotes.
    private static Value OneValue(string text) => text switch
    {
        ['\'', .. string quoted, '\''] => Value.OfKeyword(quoted),
        "true" => true,
        "false" => false,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer)
            => integer,
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number) => number,
        _ => Value.OfKeyword(text),
    };
}
