using System.Text.Unicode;

namespace Linr.Formats;

/// <summary>
/// A folder in the format of the MovieLens data sets: <c>ratings.csv</c> and <c>movies.csv</c>, or <c>ratings.dat</c>
/// and <c>movies.dat</c> with <c>::</c> between the columns, in UTF-8 or ISO 8859-1.
/// </summary>
/// <remarks>
/// Items have the fields <c>title</c> (text), <c>genres</c> (keyword, multi-valued) and <c>year</c> (integer, from the
/// end of the title). Movie ids are integers where each is one written plainly, else text: ids with leading zeros stay
/// as they are. The weight of an interaction is the rating.
/// </remarks>
public sealed class MovieLensFolder
{
    private const string NoGenres = "(no genres listed)";
    private const string Title = "title";
    private const string Genres = "genres";
    private const string Year = "year";
    private readonly ItemOptions _movies;
    private readonly InteractionOptions _ratings;

    private MovieLensFolder(string ratingsPath, string moviesPath)
    {
        RatingsPath = ratingsPath;
        MoviesPath = moviesPath;
        bool isDat = moviesPath.EndsWith(".dat", StringComparison.OrdinalIgnoreCase);
        DelimitedOptions layout = isDat
            ? new DelimitedOptions { Delimiter = "::", HasHeader = false, Quotes = false, Latin1 = !IsUtf8(moviesPath) }
            : new DelimitedOptions { HasHeader = true };
        var columns = new Dictionary<string, ColumnRef>
        {
            [Title] = isDat ? "#2" : Title,
            [Genres] = isDat ? "#3" : Genres,
        };
        _movies = new ItemOptions
        {
            Format = DataFormat.Csv,
            Delimited = layout,
            Id = isDat ? "#1" : "movieId",
            Columns = columns,
            SampleRows = int.MaxValue,
        };
        IdKind idKind = ItemFile.Infer(moviesPath, _movies).Schema.IdKind;
        Schema = new Schema
        {
            IdKind = idKind,
            Fields =
            [
                new FieldSchema(Title, FieldType.Text, FieldRoles.Feature | FieldRoles.Stored),
                new FieldSchema(
                    Genres,
                    FieldType.Keyword,
                    FieldRoles.Attribute | FieldRoles.Feature | FieldRoles.Stored,
                    MultiValued: true),
                new FieldSchema(Year, FieldType.Integer, FieldRoles.Attribute | FieldRoles.Feature | FieldRoles.Stored),
            ],
        };
        _movies = _movies with { Schema = Schema with { Fields = [Schema.Fields[0], Schema.Fields[1]] } };
        _ratings = new InteractionOptions
        {
            Format = DataFormat.Csv,
            Delimited = layout,
            User = isDat ? "#1" : "userId",
            Item = isDat ? "#2" : "movieId",
            Weight = isDat ? "#3" : "rating",
            Time = isDat ? "#4" : "timestamp",
            TimeUnit = TimeUnit.Seconds,
            ItemIdKind = idKind,
        };
    }

    /// <summary>The file of the ratings.</summary>
    public string RatingsPath { get; }

    /// <summary>The file of the movies.</summary>
    public string MoviesPath { get; }

    /// <summary>What the items look like.</summary>
    public Schema Schema { get; }

    /// <summary>Opens the folder if it has both files of either form; null if not.</summary>
    /// <exception cref="DataFormatException">The movies are not of the format.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static MovieLensFolder? Find(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        foreach (string extension in (string[])[".csv", ".dat"])
        {
            string ratings = Path.Combine(folder, "ratings" + extension);
            string movies = Path.Combine(folder, "movies" + extension);
            if (File.Exists(ratings) && File.Exists(movies))
            {
                return new MovieLensFolder(ratings, movies);
            }
        }

        return null;
    }

    /// <summary>The movies, in the order of their file.</summary>
    /// <param name="skipBadRows">Whether a bad row is counted and left out rather than thrown.</param>
    /// <param name="report">Counts good and bad rows while they are read.</param>
    /// <exception cref="DataFormatException">A row is bad, and bad rows are not skipped.</exception>
    public IEnumerable<Item> ReadItems(bool skipBadRows = false, ReadReport? report = null)
        => ItemFile.Read(MoviesPath, _movies with { SkipBadRows = skipBadRows }, report).Select(Complete);

    /// <summary>The ratings, in the order of their file.</summary>
    /// <param name="skipBadRows">Whether a bad row is counted and left out rather than thrown.</param>
    /// <param name="report">Counts good and bad rows while they are read.</param>
    /// <exception cref="DataFormatException">A row is bad, and bad rows are not skipped.</exception>
    public IEnumerable<Interaction> ReadInteractions(bool skipBadRows = false, ReadReport? report = null)
        => InteractionFile.Read(RatingsPath, _ratings with { SkipBadRows = skipBadRows }, report);

    /// <summary>The year in brackets at the end of a title; null when there is none.</summary>
    internal static int? YearOf(string title)
    {
        ReadOnlySpan<char> end = title.AsSpan().TrimEnd();
        if (end.Length < 6 || end[^1] != ')' || end[^6] != '(')
        {
            return null;
        }

        int year = 0;
        foreach (char digit in end[^5..^1])
        {
            if (!char.IsAsciiDigit(digit))
            {
                return null;
            }

            year = (10 * year) + (digit - '0');
        }

        return year;
    }

    private static Item Complete(Item movie)
    {
        var fields = new Dictionary<string, IReadOnlyList<Value>>(movie.Fields);
        if (fields.TryGetValue(Genres, out IReadOnlyList<Value>? genres) && genres is [{ Text: NoGenres }])
        {
            fields.Remove(Genres);
        }

        if (fields.TryGetValue(Title, out IReadOnlyList<Value>? title) && YearOf(title[0].Text) is int year)
        {
            fields.Add(Year, [Value.OfInteger(year)]);
        }

        return movie with { Fields = fields };
    }

    /// <summary>Whether the whole file is valid UTF-8; no MovieLens set has a file of movies near the limit.</summary>
    private static bool IsUtf8(string path)
    {
        const long bytesMax = 256L * 1024 * 1024;
        long bytes = new FileInfo(path).Length;
        return bytes <= bytesMax
            ? Utf8.IsValid(File.ReadAllBytes(path))
            : throw DataFormatException.OfFile(path, $"at most {bytesMax} bytes of movies", $"{bytes}");
    }
}
