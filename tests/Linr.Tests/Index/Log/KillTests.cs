using System.Diagnostics;
using System.Globalization;
using Linr.Index.Log;

namespace Linr.Tests.Index.Log;

/// <summary>A real process that writes a log on a real disk and is killed, again and again.</summary>
public sealed class KillTests
{
    private static readonly int s_kills =
        int.Parse(Environment.GetEnvironmentVariable("LINR_KILLS") ?? "35", CultureInfo.InvariantCulture);

    [Fact]
    public void A_killed_process_loses_nothing_that_it_acknowledged()
    {
        using var folder = new TemporaryFolder();
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        long acknowledged = 0;
        for (int kill = 0; kill < s_kills; kill++)
        {
            long before = acknowledged;
            acknowledged = Math.Max(acknowledged, RunAndKill(folder.Root, random.Next(1, 200)));
            Assert.True(acknowledged > before, $"Seed {seed}, kill {kill}: the child acknowledged nothing.");
            LogSummary summary = ChangeLog.Verify(folder.Root);
            Assert.True(
                summary.EndOffset >= acknowledged,
                $"Seed {seed}, kill {kill}: {acknowledged} were acknowledged; {summary.EndOffset} are there.");
            Assert.Equal(0, summary.EndOffset % 3);
            using ChangeLog log = ChangeLog.Open(folder.Root, LogChild.Options);
            AssertWholeUnits(log);
            log.DropBefore(log.EndOffset - 2_000);
            acknowledged = log.EndOffset;
        }
    }

    private static void AssertWholeUnits(ChangeLog log)
    {
        byte[] unit = [];
        foreach (LogRecord record in log.Read(log.FirstOffset))
        {
            // All three records of a unit are the same, and no segment begins within one.
            unit = record.Offset % 3 == 0 ? record.Bytes.ToArray() : unit;
            Assert.True(record.Bytes.Span.SequenceEqual(unit));
        }
    }

    /// <summary>Kills the child after so many acknowledgements, and gives the highest that it ever wrote.</summary>
    private static long RunAndKill(string folder, int acknowledgements)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
                ["DOTNET_TieredPGO"] = "0",
                [LogChild.FolderVariable] = folder,
            },
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "linr.dll"));
        using Process process = Process.Start(start)!;
        long highest = 0;
        for (int count = 1; process.StandardOutput.ReadLine() is { } line; count++)
        {
            highest = Math.Max(highest, long.Parse(line, CultureInfo.InvariantCulture));
            if (count == acknowledgements)
            {
                process.Kill();
            }
        }

        process.WaitForExit();
        return highest;
    }
}
