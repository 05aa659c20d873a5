using Linr.Formats;
using Linr.Training.Data;

namespace Linr.Cli.Data;

/// <summary>The kinds of data folder that Linr knows.</summary>
internal static class DataFolder
{
    /// <summary>The files of a folder that `linr import` writes.</summary>
    public const string SchemaName = "schema.json";

    /// <summary>The items, of any kind that the schema says.</summary>
    public const string ItemsName = "items.parquet";

    /// <summary>The interactions.</summary>
    public const string InteractionsName = "interactions.parquet";

    /// <summary>What the users look like, where something is known of them.</summary>
    public const string UserSchemaName = "users.json";

    /// <summary>The users, of any kind that their schema says.</summary>
    public const string UsersName = "users.parquet";

    /// <exception cref="IOException">There is no folder.</exception>
    /// <exception cref="ArgumentException">The folder is of no kind that Linr knows.</exception>
    public static DataSet Open(string folder, bool skipBadRows, ReadReport report)
    {
        if (!Directory.Exists(folder))
        {
            throw new IOException(
                $"--data: expected a folder; found {(File.Exists(folder) ? "a file" : "none")} at \"{folder}\".");
        }

        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        if (File.Exists(Path.Combine(folder, SchemaName)))
        {
            return OpenImported(folder, skipBadRows, report);
        }

        if (File.Exists(Path.Combine(folder, DebianCatalogue.InteractionsName)))
        {
            return OfDebian(DebianCatalogue.ReadExtract(folder), name);
        }

        if (MovieLensFolder.Find(folder) is { } movieLens)
        {
            return new DataSet(
                name,
                movieLens.Schema,
                movieLens.ReadItems(skipBadRows, report),
                movieLens.ReadInteractions(skipBadRows, report),
                InteractionOrder.Time);
        }

        throw new ArgumentException(
            "--data: expected ratings.csv with movies.csv, ratings.dat with movies.dat, "
            + $"{SchemaName} (from linr import) or {DebianCatalogue.InteractionsName}; "
            + $"found none of them in \"{folder}\".");
    }

    /// <summary>A Debian catalogue: what a source package depends on has no time, so there is no order.</summary>
    public static DataSet OfDebian(DebianCatalogue catalogue, string name)
        => new(name, DebianCatalogue.Schema, catalogue.Items, catalogue.Interactions, InteractionOrder.None);

    private static DataSet OpenImported(string folder, bool skipBadRows, ReadReport report)
    {
        Schema schema = SchemaFile.Read(Path.Combine(folder, SchemaName));
        var source = ImportedSource.Read(folder);
        string userSchema = Path.Combine(folder, UserSchemaName);
        Schema? users = File.Exists(userSchema) ? SchemaFile.Read(userSchema) : null;
        string interactions = Path.Combine(folder, InteractionsName);
        return new DataSet(
            source.Name,
            schema,
            ReadItems(ItemsName, schema),
            InteractionFile.Read(
                interactions, new InteractionOptions { ItemIdKind = schema.IdKind, SkipBadRows = skipBadRows }, report),
            source.Order,
            users is null ? null : new UserFeatures(users, ReadItems(UsersName, users)));

        IEnumerable<Item> ReadItems(string file, Schema itemSchema) => ItemFile.Read(
            Path.Combine(folder, file), new ItemOptions { Schema = itemSchema, SkipBadRows = skipBadRows }, report);
    }
}
