using System.Globalization;

namespace Linr.Tests.Long;

/// <summary>The page of a long run, and the same as JSON.</summary>
internal static class LongReport
{
    /// <summary>Writes long.md and long.json.</summary>
    public static void Write(string folder, LongState state)
    {
        state.Save(Path.Combine(folder, "long.json"));
        string kinds = string.Join(", ", state.OperationsByKind.Select(pair => $"{pair.Key} {Number(pair.Value)}"));
        File.WriteAllText(
            Path.Combine(folder, "long.md"),
            $"""
            # The last long run

            `./test.sh --long` at commit {state.Commit}, {state.Date}, on {state.Machine};
            {Number(state.Rounds)} of {Number(LongState.RoundsGoal)} rounds, {Hours(state)} hours, seed {state.Seed}.
            Nothing failed: a failure ends the run, and what ran before it stays on this page.

            | what | done | of |
            |---|---|---|
            | processes with a store that were killed | {Number(state.Kills)} | 10,000 |
            | sets of three items that they acknowledged, all there and whole | {Number(state.Acknowledged)} | |
            | random operations on a store and plain dictionaries | {Number(state.Operations)} | 1,000,000 |
            | random filters, plans against the interpreter | {Number(state.Filters)} | 1,000,000 |

            The operations: {kinds}.

            """);
    }

    private static string Hours(LongState state)
        => (state.Seconds / 3_600).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
