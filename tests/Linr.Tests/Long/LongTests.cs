using System.Diagnostics;
using System.Globalization;
using Linr.Cli.Bench;
using Linr.Engine;
using Linr.Engine.Filters;
using Linr.Index;
using Linr.Tests.Engine.Filters;
using Linr.Tests.Engine.Store;

namespace Linr.Tests.Long;

/// <summary>
/// What the ordinary tests do for seconds, for hours: `./test.sh --long`. LINR_LONG names the folder of the state and
/// the report; LINR_LONG_MINUTES ends it after the round in which that time is over.
/// </summary>
[Collection(Alone.Name)]
public sealed class LongTests
{
    private const int KillsGoal = 10_000;
    private const int OperationsGoal = 1_000_000;
    private const int FiltersGoal = 1_000_000;

    private const int KillsARound = KillsGoal / LongState.RoundsGoal;
    private const int OperationsARound = OperationsGoal / LongState.RoundsGoal;
    private const int FiltersARound = FiltersGoal / LongState.RoundsGoal;
    private const int FiltersATable = 100;

    private static readonly string? s_folder = Environment.GetEnvironmentVariable("LINR_LONG");

    [Fact]
    public async Task Kills_operations_and_filters_until_their_goals()
    {
        Assert.SkipWhen(s_folder is null, "A long run: ./test.sh --long.");
        string path = Path.Combine(Directory.CreateDirectory(s_folder!).FullName, "state.json");
        string commit = Environment.GetEnvironmentVariable("LINR_COMMIT") ?? "unknown";
        LongState state = LongState.Load(path) ?? Start(commit);
        state = state.Commit == commit ? state : Start(commit);
        double minutes = double.Parse(
            Environment.GetEnvironmentVariable("LINR_LONG_MINUTES") ?? "1e9", CultureInfo.InvariantCulture);
        var all = Stopwatch.StartNew();
        while (state.Rounds < LongState.RoundsGoal && all.Elapsed.TotalMinutes < minutes)
        {
            var clock = Stopwatch.StartNew();
            int seed = unchecked((state.Seed * 7_919) + state.Rounds);
            state = await RoundAsync(state, seed);
            state = state with
            {
                Rounds = state.Rounds + 1,
                Seconds = state.Seconds + clock.Elapsed.TotalSeconds,
                Date = Today(),
            };
            state.Save(path);
            LongReport.Write(s_folder!, state);
        }
    }

    private static async Task<LongState> RoundAsync(LongState state, int seed)
    {
        long acknowledged = await StoreKillTests.KillAsync(KillsARound, seed);
        var byKind = new SortedDictionary<string, long>(state.OperationsByKind, StringComparer.Ordinal);
        using (var run = new StoreRun(EngineDevice.Cpu, (IdKind)(state.Rounds % 3), seed))
        {
            await run.RunAsync(OperationsARound);
            foreach ((string kind, int count) in run.Done)
            {
                byKind[kind] = byKind.GetValueOrDefault(kind) + count;
            }
        }

        var random = new Random(seed);
        for (int done = 0; done < FiltersARound; done += FiltersATable)
        {
            RandomItems items = new(random, random.Next(1, 400));
            using ItemTable table = items.ToTable();
            FilterCompiler compiler = new();
            for (int i = 0; i < FiltersATable; i++)
            {
                FilterCompilerTests.AssertMatchesNaive(items.Filter(5), items, table, compiler);
            }
        }

        return state with
        {
            Kills = state.Kills + KillsARound,
            Acknowledged = state.Acknowledged + acknowledged,
            Operations = byKind.Values.Sum(),
            OperationsByKind = byKind,
            Filters = state.Filters + FiltersARound,
        };
    }

    private static LongState Start(string commit)
    {
        BenchMachine machine = BenchMachine.This;
        return new LongState
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
