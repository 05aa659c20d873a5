namespace Linr.Bench.Load;

/// <summary>What one stage gave.</summary>
internal sealed record StageFigure
{
    /// <summary>Searches a second that were due; null: as many as there could be.</summary>
    public required double? Rate { get; init; }

    /// <summary>Of the saturated rate.</summary>
    public required double? Share { get; init; }

    public required double Seconds { get; init; }

    public required double AnsweredPerSecond { get; init; }

    public required int Answered { get; init; }

    public required double P50Ms { get; init; }

    public required double P95Ms { get; init; }

    public required double P99Ms { get; init; }

    public required double MaxMs { get; init; }

    public required IReadOnlyDictionary<string, int> Errors { get; init; }

    /// <summary>Collections of the server meanwhile, by generation.</summary>
    public required int Gen0 { get; init; }

    public required int Gen1 { get; init; }

    public required int Gen2 { get; init; }

    public required double AllocatedBytesPerSearch { get; init; }

    /// <summary>Processors that the server kept busy.</summary>
    public required double ServerProcessors { get; init; }

    /// <summary>Where the time went, by name.</summary>
    public required IReadOnlyList<PartFigure> Parts { get; init; }

    public static StageFigure Of(LoadRun run, double? rate, double? share, ServerSample before, ServerSample after)
    {
        var latencies = new Latencies(run.Ticks);
        IEnumerable<PartFigure> parts = run.Parts.OrderBy(part => part.Key, StringComparer.Ordinal).Select(part =>
        {
            var times = new Latencies(part.Value);
            return new PartFigure(part.Key, times.Ms(0.5), times.Ms(0.99));
        });
        return new StageFigure
        {
            Rate = rate,
            Share = share,
            Seconds = run.Elapsed.TotalSeconds,
            AnsweredPerSecond = run.AnsweredPerSecond,
            Answered = latencies.Count,
            P50Ms = latencies.Ms(0.5),
            P95Ms = latencies.Ms(0.95),
            P99Ms = latencies.Ms(0.99),
            MaxMs = latencies.MaxMs,
            Errors = new SortedDictionary<string, int>(run.Errors),
            Gen0 = after.Gen0 - before.Gen0,
            Gen1 = after.Gen1 - before.Gen1,
            Gen2 = after.Gen2 - before.Gen2,
            AllocatedBytesPerSearch =
                (after.AllocatedBytes - before.AllocatedBytes) / (double)Math.Max(latencies.Count, 1),
            ServerProcessors = (after.ProcessorSeconds - before.ProcessorSeconds) / run.Elapsed.TotalSeconds,
            Parts = [.. parts],
        };
    }
}
