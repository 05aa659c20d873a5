using Linr.Formats;
using Linr.Formats.Rows;
using Linr.Ingest.Internal;

namespace Linr.Ingest.Files;

/// <summary>The changes of the rows of one Parquet file.</summary>
internal sealed class TableReader(string source, FilePosition start, FileSourceOptions options, SourceFeed feed)
{
    private readonly BatchBuilder<long> _builder = new();

    /// <summary>
    /// The changes of the rows that were not read yet; a row that is none is poison, alone in a batch.
    /// </summary>
    /// <exception cref="SourceException">The file is damaged, or lacks a column.</exception>
    public IEnumerable<ChangeBatch> Read(RowSource rows, DateTimeOffset written)
    {
        var reader = Checked(() => new ItemChangeReader(rows, options.Items with { Schema = feed.Schema }));
        UnknownColumns.Report(reader, start.File, feed, options.RefusesUnknownColumns);
        long row = 0;
        while (Checked(rows.Read))
        {
            if (++row <= start.Row)
            {
                continue;
            }

            if (Add(reader, rows, row) is { } poison)
            {
                if (_builder.Count > 0)
                {
                    yield return Take(row - 1);
                }

                yield return new ChangeBatch { Poison = [poison], Position = PositionAt(row) };
            }
            else if (_builder.IsFull(options.BatchChangesMax))
            {
                yield return Take(row);
            }
        }

        if (row < start.Row)
        {
            throw new SourceException(
                $"{start.File}: expected the {start.Row} rows that were read; found {row}: it was replaced.");
        }

        if (_builder.Count > 0)
        {
            yield return Take(row);
        }

        ChangeBatch Take(long to) => _builder.Take(PositionAt(to), place => $"{start.File}, row {place}");

        SourcePosition PositionAt(long to) => new FilePosition(start.File, to, 0, 0).ToSource(source, written);
    }

    private PoisonRecord? Add(ItemChangeReader reader, RowSource rows, long row)
    {
        try
        {
            ItemChange change = reader.Read();
            _builder.Add(change, row, BytesOf(change));
            return null;
        }
        catch (DataFormatException error) when (error.IsOneRow)
        {
            return new PoisonRecord($"{start.File}, row {row}", RowText(rows), Short(error.Message, rows));
        }
        catch (DataFormatException error)
        {
            throw new SourceException(Short(error.Message, rows), error);
        }
    }

    private T Checked<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (DataFormatException error)
        {
            throw new SourceException(
                error.Message.Replace(error.FilePath, start.File, StringComparison.Ordinal), error);
        }
    }

    private string Short(string message, RowSource rows)
        => message.Replace(rows.Path, start.File, StringComparison.Ordinal);

    private static long BytesOf(ItemChange change)
        => change.Item.Embeddings.Values.Sum(embedding => (long)embedding.Length * sizeof(float))
            + change.Item.Fields.Values.Sum(values => values.Sum(
                value => value.Type is FieldType.Bytes ? value.Bytes.Length : value.ToString().Length));

    private static string RowText(RowSource rows)
    {
        var columns = new List<string>();
        for (int column = 0; column < rows.Columns.Count; column++)
        {
            int count = rows.Select(column, multiValued: false);
            var values = new List<string>();
            for (int i = 0; i < count; i++)
            {
                values.Add(rows.Value(i).Describe());
            }

            columns.Add($"{rows.Columns[column]}: {(count == 1 ? values[0] : $"[{string.Join(", ", values)}]")}");
        }

        return string.Join(", ", columns);
    }
}
