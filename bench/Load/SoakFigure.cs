namespace Linr.Bench.Load;

/// <summary>A long run at the target rate, with updates.</summary>
internal sealed record SoakFigure
{
    public required StageFigure Searches { get; init; }

    public required double UpdatesPerSecond { get; init; }

    public required long Updates { get; init; }

    public required long UpdateErrors { get; init; }

    public required IReadOnlyList<SoakSample> Samples { get; init; }

    /// <summary>How much more there is in the last quarter than in the second, in percent.</summary>
    public double ResidentGrowthPercent => Growth(one => one.ResidentBytes);

    public double ManagedGrowthPercent => Growth(one => one.ManagedBytes);

    // Of 20 minutes the last 5 against minutes 5 to 10.
    private double Growth(Func<SoakSample, long> of)
    {
        double end = Samples[^1].Seconds;
        double before = Samples.Where(one => one.Seconds >= end / 4 && one.Seconds < end / 2).Average(of);
        double after = Samples.Where(one => one.Seconds >= end * 3 / 4).Average(of);
        return 100 * ((after / before) - 1);
    }
}
