using System.Text;

namespace Linr.Bench.Load;

/// <summary>Writes a run as a Markdown page.</summary>
internal static class ReportPage
{
    public static string Of(LoadReport report)
    {
        var page = new StringBuilder();
        Line(page, $"# The service under load");
        Line(page, $"");
        Line(page, $"Made by:");
        Line(page, $"");
        Line(page, $"```");
        Line(page, $"{report.Command}");
        Line(page, $"```");
        Line(page, $"");
        string commit = report.Commit ?? "unknown";
        Line(page, $"{report.Processors} processors of {report.Machine}, which server and clients share;");
        Line(page, $"commit {commit}, {report.Date:yyyy-MM-dd}. Before it began, the load average of a minute was");
        Line(page, $"{report.LoadBefore:F1}: what else ran is in the times.");
        Line(page, $"Model: {report.Model}, {report.Items:N0} items, scanned by {report.Engine}. Searches: {report.Searches};");
        Line(page, $"gRPC on the loopback,");
        string arrivals = report.ArrivesByChance ? "by chance (exponential times between)" : "evenly";
        Line(page, $"{report.Clients} clients with a connection each, no retries. Searches become due {arrivals}");
        Line(page, $"whether or not those before are answered, and a search's time counts from when it was due.");
        Line(page, $"");
        AppendGoals(page, report);
        AppendStages(page, report);
        AppendParts(page, report.Target);
        AppendSoak(page, report.Soak);
        Line(page, $"");
        Line(page, $"![Milliseconds a search over the rate](service.png)");
        return page.ToString();
    }

    private static void AppendGoals(StringBuilder page, LoadReport report)
    {
        StageFigure target = report.Target;
        Line(page, $"| goal | | measured |");
        Line(page, $"| --- | ---: | ---: |");
        Line(page, $"| p99 at 70 % of the saturated rate | < {LoadOptions.P99GoalMs} ms | {target.P99Ms:F2} ms |");
        Line(page, $"| collections of generation 2 in {target.Seconds:F0} s of it | 0 | {target.Gen2} |");
        AddedFigure added = report.Added;
        Line(page, $"| the service adds to the engine's call, p50 of one at a time | < {LoadOptions.AddedGoalMs} ms | "
            + $"{added.AddedMs:F3} ms |");
        Line(page, $"");
        Line(page, $"One search at a time, {added.Searches:N0} of each in turn: p50 of the engine's call in the");
        Line(page, $"caller's process {added.EngineP50Ms:F3} ms, by the service {added.ServiceP50Ms:F3} ms");
        Line(page, $"(p99 {added.ServiceP99Ms:F3} ms), of which its engine {added.StagesP50Ms:F3} ms; of a gRPC call that does nothing {added.EmptyP50Ms:F3} ms.");
    }

    private static void AppendStages(StringBuilder page, LoadReport report)
    {
        Line(page, $"");
        Line(page, "| due a second | of saturated | answered a second | p50 ms | p95 | p99 | max | errors "
            + "| collections 0/1/2 | bytes allocated a search | processors of the server |");
        Line(page, $"| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (StageFigure stage in (StageFigure[])[.. report.Stages, report.Target, report.Saturated])
        {
            AppendStage(page, stage);
        }
    }

    private static void AppendStage(StringBuilder page, StageFigure stage)
    {
        string due = stage.Rate is { } rate
            ? $"{rate:N0} | {stage.Share:P0}" : "as many as can be | 100 %";
        Line(page, $"| {due} | {stage.AnsweredPerSecond:N0} | {stage.P50Ms:F2} | {stage.P95Ms:F2} | {stage.P99Ms:F2} | "
            + $"{stage.MaxMs:F1} | {stage.Errors.Values.Sum()} | {stage.Gen0}/{stage.Gen1}/{stage.Gen2} | "
            + $"{stage.AllocatedBytesPerSearch:N0} | {stage.ServerProcessors:F2} |");
    }

    private static void AppendParts(StringBuilder page, StageFigure stage)
    {
        Line(page, $"");
        Line(page, $"At 70 %, where the time of a search goes: `client` until one is free, `way` what is neither in the");
        Line(page, $"engine nor there.");
        Line(page, $"");
        Line(page, $"| part | p50 ms | p99 |");
        Line(page, $"| --- | ---: | ---: |");
        foreach (PartFigure part in stage.Parts)
        {
            Line(page, $"| {part.Name} | {part.P50Ms:F2} | {part.P99Ms:F2} |");
        }
    }

    private static void AppendSoak(StringBuilder page, SoakFigure? soak)
    {
        if (soak is null)
        {
            return;
        }

        StageFigure searches = soak.Searches;
        Line(page, $"");
        Line(page, $"## {searches.Seconds / 60:F0} minutes at 70 %, with updates");
        Line(page, $"");
        Line(page, $"{searches.Answered:N0} searches, {searches.Errors.Values.Sum()} errors; "
            + $"p50 {searches.P50Ms:F2}, p99 {searches.P99Ms:F2}, max {searches.MaxMs:F1} ms; "
            + $"{soak.Updates:N0} updates acknowledged ({soak.UpdatesPerSecond:F0} a second),");
        Line(page, $"{soak.UpdateErrors} failed. Collections of the server "
            + $"{searches.Gen0}/{searches.Gen1}/{searches.Gen2}. In the last quarter against the second one:");
        Line(page, $"resident bytes {soak.ResidentGrowthPercent:+0.0;-0.0} %, managed bytes "
            + $"{soak.ManagedGrowthPercent:+0.0;-0.0} % (goal: within 2 %).");
    }

    private static void Line(StringBuilder page, string text) => page.Append(text).Append('\n');
}
