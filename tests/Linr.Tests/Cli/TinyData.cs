using System.Globalization;
using System.Text;
using static System.FormattableString;

namespace Linr.Tests.Cli;

/// <summary>
/// Files of a few items and interactions whose right answer is known: users and items fall into groups, and a user
/// touches items of one group only.
/// </summary>
internal static class TinyData
{
    public const int Groups = 4;
    public const int ItemCount = 40;
    public const int UserCount = 60;
    public const int ItemsPerUser = 6;

    /// <summary>Options of a training that ends within a second or two.</summary>
    public static string[] Quick { get; } =
    [
        "--dim", "8", "--epochs", "2", "--batch-size", "64", "--negatives", "16", "--history-length", "5",
        "--threads", "1",
    ];

    /// <summary>Items p0, p1, ... as JSON Lines: colour, size and an embedding v of 3 numbers.</summary>
    public static string Items(TemporaryFolder folder)
    {
        var random = new Random(5);
        var text = new StringBuilder();
        for (int item = 0; item < ItemCount; item++)
        {
            string vector = string.Join(',', Enumerable.Range(0, 3).Select(_ => Invariant($"{random.NextDouble()}")));
            text.AppendLine(CultureInfo.InvariantCulture, $$"""
                {"id":"p{{item}}","colour":"{{Colour(item)}}","size":{{item}},"v":[{{vector}}]}
                """);
        }

        return folder.Write("items.jsonl", text.ToString());
    }

    /// <summary>A model of these items; returns its file.</summary>
    public static async Task<string> BuildAsync(TemporaryFolder folder)
    {
        string model = folder.File("model.linr");
        await CliRun.OfGood("build", "--items", Items(folder), "--out", model);
        return model;
    }

    /// <summary>Interactions as CSV, in the order of time.</summary>
    public static string Interactions(TemporaryFolder folder, string header = "user,item,time")
        => folder.Write(
            "clicks.csv", Lines(header, Rows().Select(row => Invariant($"{row.User},p{row.Item},{row.Time}"))));

    /// <summary>Users as CSV: a country, which is their group, and an age that some lack.</summary>
    public static string Users(TemporaryFolder folder)
        => folder.Write("users.csv", Lines("user,country,age", Enumerable.Range(0, UserCount).Select(user =>
            Invariant($"{user},c{user % Groups},{(user % 5 == 4 ? string.Empty : Invariant($"{20 + user}"))}"))));

    /// <summary>A folder in the MovieLens format; returns it.</summary>
    public static string MovieLens(TemporaryFolder folder)
    {
        IEnumerable<string> ratings = Rows().Select(row => Invariant($"{row.User},{row.Item + 1},{(row.Item % 3 == 0 ? 2.5 : 4)},{row.Time}"));
        IEnumerable<string> movies = Enumerable.Range(0, ItemCount)
            .Select(item => Invariant($"{item + 1},Film {item} ({1990 + item}),{Colour(item)}"));
        folder.Write("ml/ratings.csv", Lines("userId,movieId,rating,timestamp", ratings));
        folder.Write("ml/movies.csv", Lines("movieId,title,genres", movies));
        return folder.File("ml");
    }

    private static string Lines(string header, IEnumerable<string> rows)
        => string.Join('\n', rows.Prepend(header).Append(string.Empty));

    private static string Colour(int item) => item % Groups is 0 or 1 ? "red" : "blue";

    private static IEnumerable<(int User, int Item, long Time)> Rows()
        => from user in Enumerable.Range(0, UserCount)
           from place in Enumerable.Range(0, ItemsPerUser)
           let item = (user % Groups) + (Groups * ((user + (3 * place)) % (ItemCount / Groups)))
           select (user, item, 1_500_000_000L + place);
}
