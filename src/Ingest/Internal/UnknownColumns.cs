using Linr.Formats;

namespace Linr.Ingest.Internal;

/// <summary>What is done about columns that no field is read of.</summary>
internal static class UnknownColumns
{
    /// <summary>Says each that is new, or refuses it.</summary>
    /// <param name="reader">Has read rows.</param>
    /// <param name="what">What has the columns, for the report.</param>
    /// <param name="feed">Takes notices.</param>
    /// <param name="refuses">Whether there must be none.</param>
    /// <exception cref="SourceException">There is one, and must not.</exception>
    public static void Report(ItemChangeReader reader, string what, SourceFeed feed, bool refuses)
    {
        foreach (string column in reader.TakeNewUnknownColumns())
        {
            if (refuses)
            {
                throw new SourceException($"{what}: expected columns of the schema; found \"{column}\".");
            }

            feed.Notice($"{what}: column \"{column}\" is none of the schema, and is not read.");
        }
    }
}
