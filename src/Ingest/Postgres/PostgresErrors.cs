using System.Net.Sockets;
using Npgsql;

namespace Linr.Ingest.Postgres;

/// <summary>What a server's errors mean for a source.</summary>
internal static class PostgresErrors
{
    // Who may not, whose password is wrong, what is not there or not supported: that does not change by itself.
    private static readonly string[] s_lasting = ["28", "42", "3D", "3F", "0A"];

    /// <summary>Whether an error came from the server or the way to it.</summary>
    public static bool IsOne(Exception error)
        => error is NpgsqlException or SocketException or TimeoutException or EndOfStreamException;

    /// <summary>The error as one of the source.</summary>
    public static SourceException Of(string source, Exception error)
    {
        string message = $"Source \"{source}\": PostgreSQL: {error.Message}";
        return error is PostgresException { SqlState: { } state }
            && s_lasting.Any(one => state.StartsWith(one, StringComparison.Ordinal))
            ? new SourceException(message, error)
            : new SourceUnavailableException(message, error);
    }
}
