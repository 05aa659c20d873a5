using System.Diagnostics.Metrics;

namespace Linr.Ingest.Internal;

/// <summary>The meter's instruments of an ingestor, each with the source's name as the tag <c>source</c>.</summary>
internal sealed class IngestMetrics : IDisposable
{
    private readonly Meter _meter = new("Linr");

    /// <param name="sources">How the sources stand.</param>
    public IngestMetrics(Func<IReadOnlyList<SourceStatus>> sources)
    {
        _meter.CreateObservableGauge(
            "linr.ingest.freshness",
            () => sources().Where(one => one.Freshness is not null)
                .Select(one => Of(one.Freshness!.Value.TotalSeconds, one)),
            "s",
            "Time since the source's commit of the newest change that can be seen.");
        _meter.CreateObservableGauge(
            "linr.ingest.lag",
            () => sources().Where(one => one.Lag is not null).Select(one => new Measurement<long>(
                one.Lag!.Value, new("source", one.Name), new("unit", one.LagUnit))),
            unit: null,
            "What the source has that was not read yet.");
        _meter.CreateObservableUpDownCounter(
            "linr.ingest.queued",
            () => sources().Select(one => Of(one.Queued, one)),
            "{change}",
            "Changes read and not made yet.");
        _meter.CreateObservableUpDownCounter(
            "linr.ingest.stopped",
            () => sources().Select(one => Of(one is { State: SourceState.Stopped, Error: not null } ? 1L : 0L, one)),
            unit: null,
            "Whether the source cannot go on.");
        Count("linr.ingest.applied", one => one.Applied, "Changes that had an effect.");
        Count("linr.ingest.stale", one => one.Stale, "Changes that had no effect.");
        Count("linr.ingest.poison", one => one.Poison, "Records that went to the dead letters.");
        Count("linr.ingest.reconnects", one => one.Reconnects, "Times that the source had to be opened again.");

        void Count(string name, Func<SourceStatus, long> value, string description)
            => _meter.CreateObservableCounter(
                name, () => sources().Select(one => Of(value(one), one)), unit: null, description);
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static Measurement<T> Of<T>(T value, SourceStatus source)
        where T : struct
        => new(value, new KeyValuePair<string, object?>("source", source.Name));
}
