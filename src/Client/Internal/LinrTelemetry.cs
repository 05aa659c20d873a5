using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;

namespace Linr.Client.Internal;

/// <summary>What a client tells OpenTelemetry: activities and a meter, both named <c>Linr.Client</c>.</summary>
internal static class LinrTelemetry
{
    public const string Name = "Linr.Client";

    private static readonly ActivitySource s_source = new(Name);
    private static readonly Meter s_meter = new(Name);
    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>(
        "linr.client.duration", "s", "How long calls take, their retries included.");

    private static readonly Counter<long> s_preparedAgain = s_meter.CreateCounter<long>(
        "linr.client.filters.prepared_again", "{filter}", "Prepared filters that a server had forgotten.");

    /// <summary>Begins an activity, where somebody listens.</summary>
    public static Activity? Start(CallName call, string? model)
    {
        Activity? activity = s_source.StartActivity(call.Full, ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("rpc.system", "grpc");
            activity.SetTag("rpc.service", call.Service);
            activity.SetTag("rpc.method", call.Method);
            activity.SetTag("linr.model", model);
        }

        return activity;
    }

    /// <summary>A call has ended.</summary>
    public static void End(CallName call, Activity? activity, long started, StatusCode status)
    {
        if (activity is not null)
        {
            activity.SetTag("rpc.grpc.status_code", (int)status);
            activity.SetStatus(status == StatusCode.OK ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        }

        if (s_duration.Enabled)
        {
            s_duration.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                new("rpc.method", call.Full),
                new("rpc.grpc.status_code", (int)status));
        }
    }

    /// <summary>A filter was prepared again.</summary>
    public static void CountPreparedAgain() => s_preparedAgain.Add(1);
}
