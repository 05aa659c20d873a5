using System.Diagnostics;
using System.Globalization;
using Linr.Cli.Bench;

namespace Linr.Tests.Fuzz;

/// <summary>
/// What <see cref="FuzzTests"/> does for seconds, for hours: `./test.sh --fuzz`. LINR_FUZZ names the folder of the
/// state and the report; LINR_FUZZ_MINUTES ends it after the round in which that time is over.
/// </summary>
[Collection(Alone.Name)]
public sealed class FuzzLongTests
{
    private const int InputsARound = 50_000;

    private static readonly string? s_folder = Environment.GetEnvironmentVariable("LINR_FUZZ");

    [Fact]
    public void Inputs_until_their_goal()
    {
        Assert.SkipWhen(s_folder is null, "A long run: ./test.sh --fuzz.");
        string path = Path.Combine(Directory.CreateDirectory(s_folder!).FullName, "state.json");
        string commit = Environment.GetEnvironmentVariable("LINR_COMMIT") ?? "unknown";
        FuzzState state = FuzzState.Load(path) is { } before && before.Commit == commit ? before : Start(commit);
        double minutes = double.Parse(
            Environment.GetEnvironmentVariable("LINR_FUZZ_MINUTES") ?? "1e9", CultureInfo.InvariantCulture);
        var all = Stopwatch.StartNew();
        while (state.Inputs < FuzzState.InputsGoal && all.Elapsed.TotalMinutes < minutes)
        {
            state = Round(state);
            state.Save(path);
            FuzzReport.Write(s_folder!, state);
        }
    }

    private static FuzzState Round(FuzzState state)
    {
        var parsers = new SortedDictionary<string, FuzzCount>(state.Parsers, StringComparer.Ordinal);
        foreach (IFuzzTarget target in FuzzTargets.Create())
        {
            using (target)
            {
                var clock = Stopwatch.StartNew();
                var run = new FuzzRun(target, unchecked((state.Seed * 7_919) + state.Rounds));
                run.Run(InputsARound);
                var count = new FuzzCount(InputsARound, run.Parsed, run.Bytes, clock.Elapsed.TotalSeconds);
                parsers[target.Name] = parsers.TryGetValue(target.Name, out FuzzCount? sum) ? sum + count : count;
            }
        }

        return state with { Parsers = parsers, Rounds = state.Rounds + 1, Date = Today() };
    }

    private static FuzzState Start(string commit)
    {
        BenchMachine machine = BenchMachine.This;
        return new FuzzState
        {
            Commit = commit,
            Date = Today(),
            Seed = Random.Shared.Next(),
            Machine = $"{machine.Processor}, {machine.Processors} processors, {machine.Runtime}",
        };
    }

    private static string Today()
        => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
