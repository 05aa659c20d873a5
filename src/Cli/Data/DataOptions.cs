using System.CommandLine;
using Linr.Cli.Terminal;
using Linr.Formats;
using Linr.Training.Data;

namespace Linr.Cli.Data;

/// <summary>The options that name items and interactions, shared by import, train and eval.</summary>
internal static class DataOptions
{
    private static readonly Option<string?> s_data = new("--data")
    {
        Description = "A folder: MovieLens (ratings and movies, .csv or .dat), one that import wrote, or the Debian extract.",
        HelpName = "FOLDER",
    };

    private static readonly Option<string?> s_items = new("--items")
    {
        Description = "Items: CSV, TSV, JSONL, Parquet or Arrow.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> s_interactions = new("--interactions")
    {
        Description = "Interactions (user, item, time, weight): CSV, TSV, JSONL, Parquet or Arrow.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> s_schema = new("--schema")
    {
        Description = "What the items look like, as JSON; found out from the data unless given.",
        HelpName = "FILE.json",
    };

    private static readonly Option<string[]> s_map = new("--map")
    {
        Description = "The column of user, item, time or weight in --interactions, or of id or a field in --items; #2 is the second column.",
        HelpName = "NAME=COLUMN",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<InteractionOrder?> s_order = new("--order")
    {
        Description = "What orders a user's interactions: time, file (the order of the file) or none.",
        HelpName = "time|file|none",
    };

    private static readonly Option<bool> s_skipBad = new("--skip-bad") { Description = "Counts and reports bad rows instead of stopping." };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Symbol> All { get; } = [s_data, s_items, s_interactions, s_schema, s_map, s_order, s_skipBad];

    /// <summary>What the user named.</summary>
    /// <exception cref="ArgumentException">Nothing was named, or not enough.</exception>
    public static DataSet Open(CommandContext context, ReadReport report)
    {
        string? folder = context.Find(s_data);
        string? interactions = context.Find(s_interactions);
        bool skipBad = context.Get(s_skipBad);
        if ((folder is null) == (interactions is null))
        {
            throw new ArgumentException("Expected --data FOLDER, or --interactions FILE with --items FILE; found "
                + (folder is null ? "neither." : "both."));
        }

        DataSet data = folder is not null
            ? DataFolder.Open(folder, skipBad, report)
            : OpenFiles(context, interactions!, skipBad, report);
        return context.Find(s_order) is { } order ? data with { Order = order } : data;
    }

    private static DataSet OpenFiles(CommandContext context, string interactions, bool skipBad, ReadReport report)
    {
        Dictionary<string, ColumnRef> map = Map(context.Find(s_map));
        string? itemsPath = context.Find(s_items);
        string? schemaPath = context.Find(s_schema);
        var itemOptions = new ItemOptions
        {
            SkipBadRows = skipBad,
            Columns = map.Where(pair => !IsInteractionColumn(pair.Key) && pair.Key != "id").ToDictionary(),
        };
        itemOptions = map.TryGetValue("id", out ColumnRef id) ? itemOptions with { Id = id } : itemOptions;
        if (schemaPath is not null)
        {
            itemOptions = itemOptions with { Schema = SchemaJson.Read(File.ReadAllText(schemaPath)) };
        }
        else if (itemsPath is not null)
        {
            itemOptions = ItemFile.Infer(itemsPath, itemOptions).Apply(itemOptions);
        }

        InteractionOptions options = Interactions(map, skipBad, itemOptions.Schema?.IdKind);
        Schema schema = itemOptions.Schema ?? new Schema { IdKind = InteractionFile.Resolve(interactions, options).ItemIdKind ?? IdKind.Text };
        return new DataSet(
            Path.GetFileName(interactions),
            schema,
            itemsPath is null ? [] : ItemFile.Read(itemsPath, itemOptions, report),
            InteractionFile.Read(interactions, options with { ItemIdKind = schema.IdKind }, report),
            Order: null);
    }

    private static InteractionOptions Interactions(Dictionary<string, ColumnRef> map, bool skipBad, IdKind? itemIdKind)
    {
        var options = new InteractionOptions { SkipBadRows = skipBad, ItemIdKind = itemIdKind };
        options = map.TryGetValue("user", out ColumnRef user) ? options with { User = user } : options;
        options = map.TryGetValue("item", out ColumnRef item) ? options with { Item = item } : options;
        options = map.TryGetValue("time", out ColumnRef time) ? options with { Time = time } : options;
        return map.TryGetValue("weight", out ColumnRef weight) ? options with { Weight = weight } : options;
    }

    private static bool IsInteractionColumn(string name) => name is "user" or "item" or "time" or "weight";

    private static Dictionary<string, ColumnRef> Map(string[]? pairs)
    {
        var map = new Dictionary<string, ColumnRef>();
        foreach (string pair in ArgumentText.Split(pairs))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || equals == pair.Length - 1)
            {
                throw new ArgumentException($"--map: expected NAME=COLUMN; found \"{pair}\".");
            }

            map[pair[..equals]] = ColumnRef.Parse(pair[(equals + 1)..]);
        }

        return map;
    }
}
