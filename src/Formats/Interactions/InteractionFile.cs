using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>Interactions in CSV, TSV, JSON Lines, Parquet and Arrow files, read as a stream.</summary>
public static class InteractionFile
{
    /// <summary>How many rows are looked at to find out what a file does not say.</summary>
    public const int SampleRows = 1_000;

    /// <summary>Finds out what the options leave open: the columns and what users and items are named by.</summary>
    /// <returns>
    /// The options with nothing left open but the time and weight columns that the file does not have.
    /// </returns>
    /// <exception cref="DataFormatException">A column is missing, or the file is not of its format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static InteractionOptions Resolve(string path, InteractionOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        InteractionOptions stated = options ?? new InteractionOptions();
        using RowSource source = Open(path, stated);
        bool userIntegers = true;
        bool itemIntegers = true;
        InteractionOptions found = FindColumns(source, stated);
        for (int row = 0; row < SampleRows && ReadAny(source); row++)
        {
            if (found.User is null || found.Item is null)
            {
                found = FindColumns(source, stated);
            }

            userIntegers &= IsInteger(source, found.User);
            itemIntegers &= IsInteger(source, found.Item);
        }

        InteractionOptions resolved = FindColumns(source, stated);
        _ = Place(source, resolved.User, "user", InteractionColumns.User);
        _ = Place(source, resolved.Item, "item", InteractionColumns.Item);
        return resolved with
        {
            UserIdKind = stated.UserIdKind ?? (userIntegers ? IdKind.Integer : IdKind.Text),
            ItemIdKind = stated.ItemIdKind ?? (itemIntegers ? IdKind.Integer : IdKind.Text),
        };
    }

    /// <summary>
    /// Reads the interactions one after the other, in the order of the file; each enumeration is a new pass. Memory
    /// does not grow with the file (Parquet and Arrow hold one row group or record batch).
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">
    /// Where its parts are; what is left open is found out at once, by <see cref="Resolve"/>.
    /// </param>
    /// <param name="report">Counts good and bad rows while they are read.</param>
    /// <exception cref="DataFormatException">
    /// A column is missing, the file is not of its format, or (while reading) a row is bad and bad rows are not
    /// skipped.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IEnumerable<Interaction> Read(
        string path, InteractionOptions? options = null, ReadReport? report = null)
        => ReadRows(path, Resolve(path, options), report);

    /// <summary>
    /// Writes interactions: the columns user, item, time (where the first interaction has one) and, if wanted, weight;
    /// times as ISO 8601 text or as Parquet timestamps.
    /// </summary>
    /// <param name="path">
    /// The file, created or replaced; its extension is the format: CSV, TSV, JSON Lines or Parquet.
    /// </param>
    /// <param name="interactions">
    /// The interactions, all like the first: kinds of ids, and with or without a time.
    /// </param>
    /// <param name="withWeight">Whether weights are written.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="DataFormatException">The extension is none that is written.</exception>
    /// <exception cref="ArgumentException">An interaction is not like the first.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static long Write(string path, IEnumerable<Interaction> interactions, bool withWeight = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(interactions);
        using IEnumerator<Interaction> rest = interactions.GetEnumerator();
        bool more = rest.MoveNext();
        Interaction first = more ? rest.Current : default;
        bool hasTime = first.TimeMicroseconds is not null;
        List<SinkColumn> columns = [SinkColumn.OfId("user", first.User.Kind), SinkColumn.OfId("item", first.Item.Kind)];
        if (hasTime)
        {
            columns.Add(new SinkColumn("time", FieldType.Date));
        }

        if (withWeight)
        {
            columns.Add(new SinkColumn("weight", FieldType.Float));
        }

        using RowSink sink = RowSink.Create(path, columns);
        long count = 0;
        for (; more; more = rest.MoveNext())
        {
            Interaction one = rest.Current;
            if (one.User.Kind != first.User.Kind || one.Item.Kind != first.Item.Kind
                || one.TimeMicroseconds is not null != hasTime)
            {
                throw new ArgumentException(
                    $"Expected interactions like the first, {first}; found {one}.", nameof(interactions));
            }

            sink.Add(SinkColumn.ValueOf(one.User));
            sink.Add(SinkColumn.ValueOf(one.Item));
            if (hasTime)
            {
                sink.Add(Value.OfDateMicroseconds(one.TimeMicroseconds!.Value));
            }

            if (withWeight)
            {
                sink.Add(Value.OfFloat(one.Weight));
            }

            sink.EndRow();
            count++;
        }

        return count;
    }

    private static IEnumerable<Interaction> ReadRows(string path, InteractionOptions options, ReadReport? report)
    {
        using RowSource source = Open(path, options);
        var reader = new InteractionReader(source, options, report);
        while (reader.Read(out Interaction interaction))
        {
            yield return interaction;
        }
    }

    internal static int Place(RowSource source, ColumnRef? column, string role, string[] known)
    {
        int place = column is null ? -1 : source.Find(column.Value);
        if (place >= 0)
        {
            return place;
        }

        string expected = column is null
            ? $"a column of the {role} (named {string.Join(", ", known)}, or say which)"
            : $"a column {DataFormatException.Quote(column.Value.ToString())}";
        throw DataFormatException.OfFile(
            source.Path, expected, source.Columns.Count == 0 ? "no column" : string.Join(", ", source.Columns));
    }

    private static RowSource Open(string path, InteractionOptions options)
        => RowSources.Open(path, options, names => InteractionColumns.IsHeader(names, options));

    private static InteractionOptions FindColumns(RowSource source, InteractionOptions stated)
    {
        bool unnamed = InteractionColumns.AreUnnamed(source);
        return stated with
        {
            User = stated.User ?? Column(1, InteractionColumns.User),
            Item = stated.Item ?? Column(2, InteractionColumns.Item),
            Time = stated.IgnoreTime ? null : stated.Time ?? Column(3, InteractionColumns.Time),
            Weight = stated.Weight ?? Column(4, InteractionColumns.Weight),
        };

        ColumnRef? Column(int place, string[] known)
        {
            if (!unnamed)
            {
                return InteractionColumns.Among(source.Columns, known);
            }

            return place <= source.Columns.Count ? ColumnRef.OfPlace(place) : default(ColumnRef?);
        }
    }

    private static bool IsInteger(RowSource source, ColumnRef? column)
    {
        int place = column is null ? -1 : source.Find(column.Value);
        return place < 0 || source.Select(place, multiValued: false) == 0 || CellReader.IsPlainInteger(source.Value(0));
    }

    /// <summary>Moves to the next good row; false at the end.</summary>
    internal static bool ReadAny(RowSource source)
    {
        while (true)
        {
            try
            {
                return source.Read();
            }
            catch (DataFormatException error) when (error.IsOneRow)
            {
                // The pass that reads the rows reports it.
            }
        }
    }
}
