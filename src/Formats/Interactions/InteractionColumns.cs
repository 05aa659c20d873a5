using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>The names by which the columns of an interaction file are known.</summary>
internal static class InteractionColumns
{
    public static readonly string[] User =
        ["user", "userid", "uid", "customer", "customerid", "session", "sessionid", "query", "queryid"];

    public static readonly string[] Item =
    [
        "item", "itemid", "iid", "movie", "movieid", "product", "productid", "track", "trackid", "article",
        "articleid",
    ];

    public static readonly string[] Time = ["time", "timestamp", "ts", "date", "datetime", "unixtime"];

    public static readonly string[] Weight = ["weight", "rating", "score", "count"];

    /// <summary>
    /// Whether a first row of text names the columns: it has the user's and the item's, by their stated or well-known
    /// names; at a stated place only a well-known name counts.
    /// </summary>
    public static bool IsHeader(IReadOnlyList<string> names, InteractionOptions options)
        => Names(names, options.User, User) && Names(names, options.Item, Item);

    /// <summary>Whether the first row of the file was data, so that its columns go by their places.</summary>
    public static bool AreUnnamed(RowSource source) => source is { KnowsLists: false, Columns: ["#1", ..] };

    /// <summary>The first of the columns with a well-known name, as it stands there; null when there is none.</summary>
    /// <param name="names">The columns of the file.</param>
    /// <param name="known">Lower-case names; case and underscores do not count.</param>
    public static ColumnRef? Among(IReadOnlyList<string> names, string[] known)
    {
        foreach (string name in names)
        {
            if (IsKnown(name, known))
            {
                return ColumnRef.OfName(name);
            }
        }

        return null;
    }

    private static bool Names(IReadOnlyList<string> names, ColumnRef? stated, string[] known)
        => stated switch
        {
            null => Among(names, known) is not null,
            { Name: string name } => names.Contains(name),
            { Place: int place } => place <= names.Count && IsKnown(names[place - 1], known),
        };

    private static bool IsKnown(string name, string[] known)
        => known.Contains(name.Replace("_", string.Empty, StringComparison.Ordinal), StringComparer.OrdinalIgnoreCase);
}
