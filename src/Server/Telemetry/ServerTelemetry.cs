using System.Diagnostics;
using System.Diagnostics.Metrics;
using Linr.Server.Models;
using Linr.Server.Options;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Linr.Server.Telemetry;

/// <summary>
/// What a server tells of itself: the meter and the activity source <c>Linr</c>, the log of slow requests, and the last
/// minute for the console. docs/observability.md lists every instrument. Tags have few values: operations, models that
/// there are, status codes, stages.
/// </summary>
internal sealed partial class ServerTelemetry : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Linr";

    // Tenth powers of two from 50 microseconds to some 13 seconds would be too many: doubled each time, with a half.
    private static readonly double[] s_seconds =
    [
        0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5,
        1, 2, 5, 10,
    ];

    private readonly Meter _meter = new(Name);
    private readonly ActivitySource _activities = new(Name);
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _stages;
    private readonly Counter<long> _rowsScanned;
    private readonly Counter<long> _hits;
    private readonly Counter<long> _changes;
    private readonly TimeSpan _slow;
    private readonly ILogger<ServerTelemetry> _log;

    /// <summary>Starts to measure.</summary>
    public ServerTelemetry(
        ModelCatalogue catalogue,
        IOptions<ServerOptions> options,
        TimeProvider time,
        ILogger<ServerTelemetry> log)
    {
        (_slow, _log) = (options.Value.SlowRequest, log);
        Recent = new RecentStats(time);
        _duration = _meter.CreateHistogram(
            "linr.request.duration", "s", "Time of a request, from when it was read until its answer was made.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = s_seconds });
        _stages = _meter.CreateHistogram(
            "linr.search.stage.duration", "s", "Time of one stage of a search.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = s_seconds });
        _rowsScanned = _meter.CreateCounter<long>("linr.search.rows_scanned", "{row}", "Rows that searches visited.");
        _hits = _meter.CreateCounter<long>("linr.search.hits", "{hit}", "Hits that searches gave.");
        _changes = _meter.CreateCounter<long>("linr.write.changes", "{change}", "Changes of items that had an effect.");
        ModelInstruments.Create(_meter, catalogue);
    }

    /// <summary>The last minute, a point a second.</summary>
    public RecentStats Recent { get; }

    /// <summary>A request begins.</summary>
    public CallScope Begin(string operation) => new(this, operation, _activities.StartActivity(operation, ActivityKind.Server));

    /// <inheritdoc/>
    public void Dispose()
    {
        _meter.Dispose();
        _activities.Dispose();
    }

    /// <summary>A request has ended.</summary>
    internal void End(CallScope call, TimeSpan took)
    {
        string model = call.Model ?? string.Empty;
        _duration.Record(
            took.TotalSeconds, new("operation", call.Operation), new("model", model), new("status", call.Status));
        Recent.Add(model, call.Operation, took, call.IsFailed);
        if (took >= _slow && _log.IsEnabled(LogLevel.Warning))
        {
            LogSlow(call.Operation, model, call.Version, call.Status, took.TotalMilliseconds, call.Describe());
        }
    }

    /// <summary>A search was answered.</summary>
    internal void Searched(string model, SearchResponse response)
    {
        var tag = new KeyValuePair<string, object?>("model", model);
        _rowsScanned.Add(response.RowsScanned, tag);
        _hits.Add(response.Hits.Count, tag);
        foreach (StageTime stage in response.Stages)
        {
            _stages.Record(stage.Microseconds / 1e6, tag, new("stage", stage.Name));
        }
    }

    /// <summary>Items were changed.</summary>
    internal void Changed(string model, int count) => _changes.Add(count, new KeyValuePair<string, object?>("model", model));

    [LoggerMessage(
        EventId = 301,
        Level = LogLevel.Warning,
        Message = "Slow request: {Operation} of {Model}@{Version} ended with {Status} after {Milliseconds:F1} ms. {Detail}")]
    private partial void LogSlow(
        string operation, string model, string? version, string status, double milliseconds, string detail);
}
