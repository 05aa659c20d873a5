using System.Globalization;

namespace Linr.Ingest.Postgres;

/// <summary>
/// Reads the text of PostgreSQL's <c>pg_snapshot</c>, <c>xmin:xmax:xip_list</c>: transactions from xmax on have not
/// ended, nor have those of the list.
/// </summary>
internal static class PostgresSnapshot
{
    /// <summary>Whether a snapshot sees a transaction that has committed.</summary>
    /// <param name="snapshot">The snapshot's text.</param>
    /// <param name="transaction">The low 32 bits of its number, which is all that the stream says.</param>
    /// <exception cref="FormatException">It is no snapshot.</exception>
    public static bool Sees(string snapshot, uint transaction)
    {
        string[] parts = snapshot.Split(':');
        if (parts.Length != 3)
        {
            throw new FormatException($"Expected xmin:xmax:xip_list; found \"{snapshot}\".");
        }

        // Numbers go round after 2^32, and those in use lie within half of that.
        bool isBefore = unchecked((int)(transaction - Low(parts[1]))) < 0;
        return isBefore && !parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Any(running => Low(running) == transaction);
    }

    private static uint Low(string number)
        => unchecked((uint)ulong.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture));
}
