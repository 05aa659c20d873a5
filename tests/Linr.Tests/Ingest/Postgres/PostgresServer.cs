using System.Diagnostics;
using Npgsql;

namespace Linr.Tests.Ingest.Postgres;

/// <summary>
/// A real PostgreSQL with its data in a folder of its own, reached through a socket there; it ends with the tests.
/// Without one installed tests skip, and fail where LINR_REQUIRE_POSTGRES is 1.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Installed = "/usr/lib/postgresql";

    // The server refuses to run as root.
    private static readonly string[] s_asUser =
        Environment.UserName == "root" ? ["runuser", "-u", "postgres", "--"] : [];

    private readonly string _programs;
    private readonly string _folder;
    private int _databases;

    private PostgresServer(string programs, string folder) => (_programs, _folder) = (programs, folder);

    /// <summary>A folder that the server may read; it is removed with it.</summary>
    public string Folder => _folder;

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Starts a server, or skips the test.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        string? programs = FindPrograms();
        if (programs is null)
        {
            const string Message = $"Expected the programs of a PostgreSQL 14 or later in {Installed}; found none.";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("LINR_REQUIRE_POSTGRES") == "1", Message);
            throw new InvalidOperationException(Message);
        }

        string folder = (await RunAsync("mktemp", "-d", "/tmp/linr-postgres-XXXXXX")).Trim();
        var server = new PostgresServer(programs, folder);
        await RunAsync(
            Path.Combine(programs, "initdb"), "-D", server.Data, "-U", "postgres", "--auth=trust", "--no-sync",
            "--encoding=UTF8", "--locale=C");
        await server.LaunchAsync();
        return server;
    }

    /// <summary>How to connect to a database.</summary>
    public string ConnectionTo(string database)
        => $"Host={_folder};Username=postgres;Database={database};Timeout=10;Pooling=false";

    /// <summary>Makes a database for one test; returns how to connect to it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        string name = $"test_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync(ConnectionTo("postgres"), $"CREATE DATABASE {name}");
        return ConnectionTo(name);
    }

    /// <summary>Runs statements, each by itself, over one connection.</summary>
    public static async Task ExecuteAsync(string connectionString, params string[] statements)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        foreach (string statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>The first value of a query.</summary>
    public static async Task<object?> ScalarAsync(string connectionString, string query)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(query, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Ends the server at once, as a crash does, and starts it again.</summary>
    public async Task CrashAsync()
    {
        await ControlAsync("-m", "immediate", "stop");
        await LaunchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await ControlAsync("-m", "immediate", "stop");
        await RunAsync("rm", "-rf", _folder);
    }

    private Task<string> LaunchAsync()
    {
        string settings = $"-k {_folder} -c listen_addresses='' -c wal_level=logical -c fsync=off "
            + "-c max_wal_senders=40 -c max_replication_slots=40 -c max_connections=120 -c shared_buffers=32MB";
        return ControlAsync("-w", "-l", Path.Combine(_folder, "server.log"), "-o", settings, "start");
    }

    private Task<string> ControlAsync(params string[] arguments)
        => RunAsync([Path.Combine(_programs, "pg_ctl"), "-D", Data, "-s", .. arguments]);

    private static string? FindPrograms()
        => !Directory.Exists(Installed) ? null
            : Directory.GetDirectories(Installed)
                .Where(folder => int.TryParse(Path.GetFileName(folder), out int version) && version >= 14)
                .Select(folder => Path.Combine(folder, "bin"))
                .Where(folder => File.Exists(Path.Combine(folder, "postgres")))
                .Order(StringComparer.Ordinal).LastOrDefault();

    private static async Task<string> RunAsync(params string[] command)
    {
        string[] whole = [.. s_asUser, .. command];

        // A server that is started keeps what it was given to write to.
        bool isServer = command[^1] == "start";
        var start = new ProcessStartInfo(whole[0]) { RedirectStandardOutput = !isServer, WorkingDirectory = "/tmp" };
        foreach (string argument in whole[1..])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        string output = isServer ? string.Empty : await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', whole)}: exit code {process.ExitCode}: {output}");
        return output;
    }
}
