using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>Writes hits to CSV, TSV, JSON Lines or Parquet: the columns query, rank, item and score.</summary>
public static class HitFile
{
    /// <summary>Writes all hits.</summary>
    /// <param name="path">The file, created or replaced; its extension is the format.</param>
    /// <param name="idKind">What all items are named by.</param>
    /// <param name="hits">The hits, in the order in which they are to stand.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="DataFormatException">The extension is none that is written.</exception>
    /// <exception cref="ArgumentException">An item is named otherwise.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static long Write(string path, IdKind idKind, IEnumerable<HitRow> hits)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(hits);
        using RowSink sink = RowSink.Create(
            path,
            [
                new SinkColumn("query", FieldType.Keyword),
                new SinkColumn("rank", FieldType.Integer),
                SinkColumn.OfId("item", idKind),
                new SinkColumn("score", FieldType.Float),
            ]);
        long count = 0;
        foreach (HitRow hit in hits)
        {
            if (hit.Item.Kind != idKind)
            {
                throw new ArgumentException($"Expected item ids of kind {idKind}; found {hit.Item}.", nameof(hits));
            }

            sink.Add(Value.OfKeyword(hit.Query));
            sink.Add(Value.OfInteger(hit.Rank));
            sink.Add(SinkColumn.ValueOf(hit.Item));
            sink.Add(Value.OfFloat(hit.Score));
            sink.EndRow();
            count++;
        }

        return count;
    }
}
