namespace Linr.Formats;

/// <summary>
/// The packages of a Debian archive as items, and what source packages depend on as interactions (source package,
/// package), read from <c>Packages</c> indexes.
/// </summary>
/// <remarks>
/// An item is a binary package; its id is the package's name. <c>name</c> is the name again, for the item tower;
/// <c>tags</c> are the debtags; <c>installed_kib</c> is the estimate of the index, in KiB; <c>maintainer</c> is a name
/// without its address; <c>description</c> is the one-line description; <c>dependents</c> counts the source packages
/// that depend on it. Interactions have no time: their order is the order of the index.
/// </remarks>
public sealed class DebianCatalogue
{
    /// <summary>Where apt keeps the indexes that the machine has fetched.</summary>
    public const string AptLists = "/var/lib/apt/lists";

    /// <summary>The items' file in an extract.</summary>
    public const string ItemsName = "items.jsonl.gz";

    /// <summary>The interactions' file in an extract.</summary>
    public const string InteractionsName = "interactions.csv.gz";

    private const FieldRoles Keyword = FieldRoles.Attribute | FieldRoles.Feature | FieldRoles.Stored;

    private DebianCatalogue(IEnumerable<Item> items, IReadOnlyList<Interaction> interactions)
    {
        var dependents = interactions.CountBy(one => one.Item).ToDictionary();
        Items = [.. items.Select(item => With(item, "dependents", (long)dependents.GetValueOrDefault(item.Id)))];
        Interactions = interactions;
    }

    /// <summary>What the items look like.</summary>
    public static Schema Schema { get; } = new()
    {
        IdKind = IdKind.Text,
        Fields =
        [
            new FieldSchema("name", FieldType.Text, FieldRoles.Feature),
            new FieldSchema("section", FieldType.Keyword, Keyword),
            new FieldSchema("priority", FieldType.Keyword, Keyword),
            new FieldSchema("tags", FieldType.Keyword, Keyword, MultiValued: true),
            new FieldSchema("installed_kib", FieldType.Integer, FieldRoles.Attribute | FieldRoles.Stored),
            new FieldSchema("maintainer", FieldType.Keyword, Keyword),
            new FieldSchema("source", FieldType.Keyword, FieldRoles.Attribute | FieldRoles.Stored),
            new FieldSchema("version", FieldType.Text, FieldRoles.Stored),
            new FieldSchema("description", FieldType.Text, FieldRoles.Feature | FieldRoles.Stored),
            new FieldSchema("dependents", FieldType.Integer, FieldRoles.Attribute | FieldRoles.Stored),
        ],
    };

    /// <summary>The packages, in the order of the indexes.</summary>
    public IReadOnlyList<Item> Items { get; }

    /// <summary>What source packages depend on.</summary>
    public IReadOnlyList<Interaction> Interactions { get; }

    /// <summary>What an extract holds: all but what repeats the id or follows from the interactions.</summary>
    private static Schema Written => Schema with
    {
        Fields = Schema.Fields.RemoveAll(one => one.Name is "name" or "dependents"),
    };

    /// <summary>Reads indexes: plain, gzip, or packed in another way that the machine's apt unpacks.</summary>
    /// <param name="paths">The indexes; of a package that is in several the newest version counts.</param>
    /// <exception cref="DataFormatException">A file is no index.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static DebianCatalogue Read(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var packages = new List<DebianPackage>();
        var places = new Dictionary<string, int>();
        foreach (string path in paths)
        {
            PackedFile.Read(path, stream => ReadIndex(path, stream, packages, places));
        }

        return new DebianCatalogue(
            packages.Select(ToItem), [.. new DebianRelations(packages).Interactions()]);
    }

    /// <summary>Reads all indexes that the machine's apt has fetched.</summary>
    /// <param name="folder">Where they are.</param>
    /// <exception cref="DataFormatException">There is none, or one is damaged.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static DebianCatalogue ReadApt(string folder = AptLists)
    {
        string[] paths = Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder).Where(IsIndex).Order(StringComparer.Ordinal)]
            : [];
        return paths.Length > 0
            ? Read(paths)
            : throw DataFormatException.OfFile(
                folder, "package indexes of apt (run \"apt-get update\" first, on Debian or a system like it)", "none");
    }

    /// <summary>Reads what <see cref="WriteExtract"/> wrote.</summary>
    /// <exception cref="DataFormatException">A file is damaged.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static DebianCatalogue ReadExtract(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var items = new ItemOptions { Schema = Written, Id = "id" };
        var interactions = new InteractionOptions { UserIdKind = IdKind.Text, ItemIdKind = IdKind.Text };
        return new DebianCatalogue(
            ItemFile.Read(Path.Combine(folder, ItemsName), items).Select(AddName),
            [.. InteractionFile.Read(Path.Combine(folder, InteractionsName), interactions)]);
    }

    /// <summary>
    /// Writes the catalogue to two small files that Linr's own readers read. The same catalogue gives the same bytes
    /// with the same version of .NET, and the same text with any.
    /// </summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void WriteExtract(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Directory.CreateDirectory(folder);
        using (ItemWriter writer = ItemFile.Create(Path.Combine(folder, ItemsName), Written))
        {
            foreach (Item item in Items)
            {
                writer.Write(item);
            }
        }

        InteractionFile.Write(Path.Combine(folder, InteractionsName), Interactions, withWeight: false);
    }

    private static bool IsIndex(string path)
        => Path.GetFileName(path) is var name
            && (name.EndsWith("_Packages", StringComparison.Ordinal)
                || name.Contains("_Packages.", StringComparison.Ordinal));

    private static void ReadIndex(
        string path, Stream stream, List<DebianPackage> packages, Dictionary<string, int> places)
    {
        using var reader = new Deb822Reader(path, stream);
        while (reader.Read())
        {
            DebianPackage package = DebianPackage.Of(reader, path);
            if (!places.TryGetValue(package.Name, out int place))
            {
                places.Add(package.Name, packages.Count);
                packages.Add(package);
            }
            else if (DebianVersion.Compare(package.Version, packages[place].Version) > 0)
            {
                packages[place] = package;
            }
        }
    }

    private static Item ToItem(DebianPackage package)
    {
        var fields = new Dictionary<string, IReadOnlyList<Value>>
        {
            ["source"] = [Value.OfKeyword(package.Source)],
            ["version"] = [Value.OfText(package.Version)],
        };
        AddKeyword("section", package.Section);
        AddKeyword("priority", package.Priority);
        AddKeyword("maintainer", package.Maintainer);
        if (package.Tags.Count > 0)
        {
            fields.Add("tags", [.. package.Tags.Select(Value.OfKeyword)]);
        }

        if (package.InstalledKiB is long size)
        {
            fields.Add("installed_kib", [Value.OfInteger(size)]);
        }

        if (!string.IsNullOrEmpty(package.Description))
        {
            fields.Add("description", [Value.OfText(package.Description)]);
        }

        return AddName(new Item { Id = package.Name, Fields = fields });

        void AddKeyword(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                fields.Add(name, [Value.OfKeyword(value)]);
            }
        }
    }

    private static Item AddName(Item item) => With(item, "name", Value.OfText(item.Id.Text));

    private static Item With(Item item, string field, Value value) => item with
    {
        Fields = new Dictionary<string, IReadOnlyList<Value>>(item.Fields) { [field] = [value] },
    };
}
