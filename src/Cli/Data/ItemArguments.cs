using System.CommandLine;
using Linr.Cli.Terminal;
using Linr.Formats;

namespace Linr.Cli.Data;

/// <summary>
/// The options that name a file of items and say how to read it, shared by build, import, train and eval.
/// </summary>
internal static class ItemArguments
{
    private static readonly Option<string?> s_items = new("--items")
    {
        Description =
            "Items with their fields, and embeddings as lists of numbers: CSV, TSV, JSONL, Parquet or Arrow (.gz too).",
        HelpName = "FILE",
    };

    private static readonly Option<string?> s_schema = new("--schema")
    {
        Description = "What the items look like, as JSON (see docs/data.md); found out from the data unless given.",
        HelpName = "FILE.json",
    };

    private static readonly Option<string[]> s_map = new("--map")
    {
        Description = "The column of id or of a field in --items, or of user, item, time or weight in --interactions; "
            + "#2 is the second column.",
        HelpName = "NAME=COLUMN",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<DataFormat?> s_format = new("--format")
    {
        Description = "The format of the files, where their extension does not say.",
        HelpName = "Csv|Tsv|JsonLines|Parquet|Arrow",
    };

    private static readonly Option<string?> s_delimiter = new("--delimiter")
    {
        Description = "What separates two columns of a CSV file; a comma unless given.",
        HelpName = "TEXT",
    };

    private static readonly Option<bool?> s_header = new("--header")
    {
        Description =
            "Whether the first row of a CSV file names the columns; unless given, that of --items does, and that "
            + "of --interactions where it has the names.",
        HelpName = "true|false",
    };

    private static readonly Option<TimeUnit> s_timeUnit = new("--time-unit")
    {
        Description = "The unit of times that are numbers since 1970; Auto goes by their size.",
        DefaultValueFactory = _ => TimeUnit.Auto,
    };

    private static readonly Option<bool> s_skipBad = new("--skip-bad")
    {
        Description = "Counts and reports bad rows instead of stopping.",
    };

    /// <summary>
    /// Those that say something about files of the user's own, and nothing about a folder of a known kind.
    /// </summary>
    public static IReadOnlyList<Option> FileOptions { get; } =
        [s_items, s_schema, s_map, s_format, s_delimiter, s_header, s_timeUnit];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Option> All { get; } = [.. FileOptions, s_skipBad];

    /// <summary>Whether bad rows are to be counted and left out.</summary>
    public static bool SkipsBadRows(CommandContext context) => context.Get(s_skipBad);

    /// <summary>The items that the user named; their schema is found out where it is not given.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="otherNames">Names of `--map` that are no fields of the items.</param>
    /// <exception cref="IOException">A file is not there.</exception>
    /// <exception cref="ArgumentException">The schema is wrong, or `--map` names what is no field.</exception>
    /// <exception cref="DataFormatException">The items are not of their format.</exception>
    public static ItemInput Read(CommandContext context, params IReadOnlyList<string> otherNames)
    {
        string? path = FileCheck.ExistingOrNull(s_items.Name, context.Find(s_items));
        string? schemaPath = FileCheck.ExistingOrNull(s_schema.Name, context.Find(s_schema));
        IReadOnlyDictionary<string, ColumnRef> map = Map(context);
        var options = new ItemOptions
        {
            Columns = map.Where(pair => pair.Key != "id" && !otherNames.Contains(pair.Key)).ToDictionary(),
            Id = map.TryGetValue("id", out ColumnRef id) ? id : default(ColumnRef?),
        };
        options = (ItemOptions)Apply(context, options);
        if (schemaPath is not null)
        {
            options = options with { Schema = SchemaFile.Read(schemaPath) };
        }
        else if (path is not null)
        {
            options = ItemFile.Infer(path, options).Apply(options);
        }

        Check(map.Keys.Except(otherNames), options.Schema, otherNames);
        return new ItemInput(path, options, schemaPath is not null);
    }

    /// <summary>The options of a file with what the user says about all files filled in.</summary>
    public static ReadOptions Apply(CommandContext context, ReadOptions options) => options with
    {
        Format = context.Find(s_format),
        Delimited =
            options.Delimited with { Delimiter = context.Find(s_delimiter), HasHeader = context.Find(s_header) },
        TimeUnit = context.Get(s_timeUnit),
        SkipBadRows = context.Get(s_skipBad),
    };

    /// <summary>The pairs of `--map`.</summary>
    /// <exception cref="ArgumentException">A pair is not one.</exception>
    public static IReadOnlyDictionary<string, ColumnRef> Map(CommandContext context)
    {
        var map = new Dictionary<string, ColumnRef>();
        foreach (string pair in ArgumentText.Split(context.Find(s_map)))
        {
            (string name, string column) = ArgumentText.Pair(s_map.Name, "NAME=COLUMN", pair);
            map[name] = ColumnRef.Parse(column);
        }

        return map;
    }

    private static void Check(IEnumerable<string> names, Schema? schema, IReadOnlyList<string> otherNames)
    {
        string[] known =
        [
            "id", .. otherNames, .. schema?.Fields.Select(field => field.Name) ?? [],
            .. schema?.Embeddings.Select(embedding => embedding.Name) ?? [],
        ];
        if (names.Except(known).FirstOrDefault() is { } unknown)
        {
            throw new ArgumentException($"--map: expected one of {string.Join(", ", known)}; found \"{unknown}\".");
        }
    }
}
