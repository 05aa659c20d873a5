namespace Linr.Tests.Ingest.Postgres;

/// <summary>
/// pgvector as <c>tools/get-pgvector.sh</c> has built it. Without it tests skip, and fail where LINR_REQUIRE_PGVECTOR
/// is 1.
/// </summary>
internal static class Pgvector
{
    /// <summary>
    /// What makes its types in a database, or skips the test. The extension itself would have to be installed into the
    /// server's own folders.
    /// </summary>
    /// <param name="serverFolder">A folder that the server may read, which may run as another user.</param>
    public static string Script(string serverFolder)
    {
        string? folder = Environment.GetEnvironmentVariable("LINR_PGVECTOR");
        if (folder is null)
        {
            const string Message = "Expected pgvector in the folder that LINR_PGVECTOR names; it names none.";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("LINR_REQUIRE_PGVECTOR") == "1", Message);
            throw new InvalidOperationException(Message);
        }

        string library = Path.Combine(serverFolder, "vector.so");
        if (!File.Exists(library))
        {
            File.Copy(Path.Combine(folder, "vector.so"), library);
        }

        // psql's own commands are left out.
        return string.Join('\n', File.ReadLines(Path.Combine(folder, "vector.sql")).Where(line => !line.StartsWith('\\')))
            .Replace("MODULE_PATHNAME", library, StringComparison.Ordinal);
    }
}
