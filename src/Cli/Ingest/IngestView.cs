using System.Globalization;
using Linr.Ingest;
using Spectre.Console;

namespace Linr.Cli.Ingest;

/// <summary>Shows how sources stand while they are read.</summary>
internal static class IngestView
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Shows a table until the run ends, where it can be drawn over; notices go above it, once each.
    /// </summary>
    public static Task ShowAsync(IAnsiConsole console, Ingestor ingestor, Task run)
        => console.Profile.Capabilities.Ansi
            ? console.Live(Table(ingestor.Sources)).AutoClear(true).StartAsync(
                live => FollowAsync(console, ingestor, run, sources => live.UpdateTarget(Table(sources))))
            : FollowAsync(console, ingestor, run, _ => { });

    /// <summary>The sources as a table.</summary>
    public static Table Table(IReadOnlyList<SourceStatus> sources)
    {
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumns("source", "state", "applied", "stale", "poison", "queued", "left", "age of newest");
        foreach (SourceStatus source in sources)
        {
            table.AddRow(
                Markup.Escape(source.Name),
                source.Error is null ? StateOf(source.State) : $"[red]{StateOf(source.State)}[/]",
                Number(source.Applied),
                Number(source.Stale),
                source.Poison == 0 ? "0" : $"[red]{Number(source.Poison)}[/]",
                Number(source.Queued),
                source.Lag is { } lag ? $"{Number(lag)} {source.LagUnit}" : string.Empty,
                source.Freshness is { } age ? Age(age) : string.Empty);
        }

        return table;
    }

    private static async Task FollowAsync(
        IAnsiConsole console, Ingestor ingestor, Task run, Action<IReadOnlyList<SourceStatus>> show)
    {
        var said = new HashSet<(string, string)>();
        while (!run.IsCompleted)
        {
            await Task.WhenAny(run, Task.Delay(s_interval)).ConfigureAwait(false);
            IReadOnlyList<SourceStatus> sources = ingestor.Sources;
            foreach ((string name, string notice) in sources.SelectMany(
                source => source.Notices.Select(notice => (source.Name, notice))))
            {
                if (said.Add((name, notice)))
                {
                    console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[yellow]{name}[/]: {notice}");
                }
            }

            show(sources);
        }

        await run.ConfigureAwait(false);
    }

    private static string StateOf(SourceState state)
        => state == SourceState.InitialCopy ? "initial copy" : state.ToString().ToLowerInvariant();

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Age(TimeSpan age) => age < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{age.TotalSeconds:F1} s")
        : age.ToString("d' d 'hh':'mm':'ss", CultureInfo.InvariantCulture);
}
