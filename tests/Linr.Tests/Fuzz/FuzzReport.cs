using System.Globalization;
using System.Text;

namespace Linr.Tests.Fuzz;

/// <summary>The page of a long run, and the same as JSON.</summary>
internal static class FuzzReport
{
    /// <summary>Writes fuzz.md and fuzz.json.</summary>
    public static void Write(string folder, FuzzState state)
    {
        state.Save(Path.Combine(folder, "fuzz.json"));
        FuzzCount all = state.Parsers.Values.Aggregate((sum, one) => sum + one);
        var page = new StringBuilder(
            $"""
            # The last fuzzing run

            `./test.sh --fuzz` at commit {state.Commit}, {state.Date}, on {state.Machine};
            {Number(all.Inputs)} of {Number(FuzzState.InputsGoal)} inputs, {Number(all.Seconds / 60)} minutes, seed {state.Seed}.
            Nothing failed: a failure ends the run, and what ran before it stays on this page.

            | parser | inputs | parsed, and came back the same | refused as documented | MB | inputs/s |
            |---|---|---|---|---|---|

            """);
        foreach ((string name, FuzzCount one) in state.Parsers.Append(KeyValuePair.Create("all", all)))
        {
            page.Append(CultureInfo.InvariantCulture, $"| {name} | {Number(one.Inputs)} | {Number(one.Parsed)} ")
                .Append(CultureInfo.InvariantCulture, $"| {Number(one.Inputs - one.Parsed)} | {Number(one.Bytes / 1e6)} ")
                .Append(CultureInfo.InvariantCulture, $"| {Number(one.Inputs / one.Seconds)} |\n");
        }

        page.Append(
            """

            A seeded generator makes inputs that parse, and changes them: bits and bytes, pieces that are left out, repeated or
            taken from another input, words of the language; what parses then is changed further. Each has to be parsed or
            refused with the exception that the parser documents, in less than 20 s, with 256 KiB and 1 KiB a byte of input
            allocated at most; what parsed has to come back the same when it is written and parsed again.

            """);
        File.WriteAllText(Path.Combine(folder, "fuzz.md"), page.ToString());
    }

    private static string Number(double number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
