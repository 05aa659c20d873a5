using System.CommandLine;
using Linr.Cli.Terminal;
using Linr.Formats;
using Linr.Training.Data;

namespace Linr.Cli.Data;

/// <summary>The options that name items and interactions, shared by import, train and eval.</summary>
internal static class DataOptions
{
    private static readonly string[] s_interactionParts = ["user", "item", "time", "weight"];

    private static readonly Option<string?> s_data = new("--data")
    {
        Description =
            "A folder: MovieLens (ratings and movies, .csv or .dat), one that import wrote, or the Debian extract.",
        HelpName = "FOLDER",
    };

    private static readonly Option<string?> s_interactions = new("--interactions")
    {
        Description = "Interactions (user, item, time, weight): CSV, TSV, JSONL, Parquet or Arrow (.gz too); "
            + "items that --items does not have are added without fields.",
        HelpName = "FILE",
    };

    private static readonly Option<string[]> s_packages = new("--packages")
    {
        Description = "Debian package indexes (Packages, plain or packed): packages, and what sources depend on.",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> s_fromApt = new("--from-apt")
    {
        Description = "The same from the indexes of this machine's apt (run apt-get update first).",
    };

    private static readonly Option<string?> s_userFeatures = new("--user-features")
    {
        Description =
            "What is known of users, read by the query tower: their ids in the first column or in that named id, "
            + "and any fields; CSV, TSV, JSONL, Parquet or Arrow.",
        HelpName = "FILE",
    };

    private static readonly Option<InteractionOrder?> s_order = new("--order")
    {
        Description = "What orders a user's interactions: time, file (the order of the file) or none.",
        HelpName = "time|file|none",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Symbol> All { get; } =
        [s_data, s_interactions, .. ItemArguments.All, s_packages, s_fromApt, s_userFeatures, s_order];

    /// <summary>What the user named.</summary>
    /// <exception cref="ArgumentException">Nothing was named, or more than one source.</exception>
    /// <exception cref="IOException">A file or folder is not there.</exception>
    public static DataSet Open(CommandContext context, ReadReport report)
    {
        Option[] sources = [s_data, s_interactions, s_packages, s_fromApt];
        Option[] given = [.. sources.Where(context.Has)];
        if (given is not [Option source])
        {
            string found = given.Length == 0 ? "none" : string.Join(" and ", given.Select(one => one.Name));
            throw new ArgumentException(
                $"Expected one of {string.Join(", ", sources.Select(one => one.Name))}; found {found}.");
        }

        if (source != s_interactions && ItemArguments.FileOptions.FirstOrDefault(context.Has) is { } stray)
        {
            throw new ArgumentException($"{stray.Name}: expected {s_interactions.Name} with it; found {source.Name}.");
        }

        bool skipsBadRows = ItemArguments.SkipsBadRows(context);
        DataSet data = source == s_data ? DataFolder.Open(context.Find(s_data)!, skipsBadRows, report)
            : source == s_interactions ? OpenFiles(context, report)
            : source == s_fromApt ? DataFolder.OfDebian(DebianCatalogue.ReadApt(), "apt")
            : OpenPackages(context.Find(s_packages)!);
        if (FileCheck.ExistingOrNull(s_userFeatures.Name, context.Find(s_userFeatures)) is { } users)
        {
            var options = new ItemOptions { SkipBadRows = skipsBadRows };
            data = data with { Users = UserFeatures.Infer(users, options, report) };
        }

        return context.Find(s_order) is { } order ? data with { Order = order } : data;
    }

    private static DataSet OpenPackages(string[] paths)
    {
        string[] found = [.. paths.Select(path => FileCheck.Existing(s_packages.Name, path))];
        return DataFolder.OfDebian(DebianCatalogue.Read(found), Path.GetFileName(found[0]));
    }

    private static DataSet OpenFiles(CommandContext context, ReadReport report)
    {
        string path = FileCheck.Existing(s_interactions.Name, context.Find(s_interactions)!);
        ItemInput items = ItemArguments.Read(context, s_interactionParts);
        InteractionOptions options = Interactions(context, items.Options.Schema?.IdKind);
        Schema schema = items.Options.Schema
            ?? new Schema { IdKind = InteractionFile.Resolve(path, options).ItemIdKind ?? IdKind.Text };
        return new DataSet(
            Path.GetFileName(path),
            schema,
            items.Path is null ? [] : ItemFile.Read(items.Path, items.Options, report),
            InteractionFile.Read(path, options with { ItemIdKind = schema.IdKind }, report),
            Order: null);
    }

    private static InteractionOptions Interactions(CommandContext context, IdKind? itemIdKind)
    {
        IReadOnlyDictionary<string, ColumnRef> map = ItemArguments.Map(context);
        var options = new InteractionOptions
        {
            ItemIdKind = itemIdKind,
            User = Column("user"),
            Item = Column("item"),
            Time = Column("time"),
            Weight = Column("weight"),
        };
        return (InteractionOptions)ItemArguments.Apply(context, options);

        ColumnRef? Column(string part) => map.TryGetValue(part, out ColumnRef column) ? column : default(ColumnRef?);
    }
}
