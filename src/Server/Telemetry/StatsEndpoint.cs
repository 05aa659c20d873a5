using System.Text.Json;
using Linr.Engine;
using Linr.Server.Models;
using Linr.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Linr.Server.Telemetry;

/// <summary>`GET /v1/stats`: the last minute as JSON, for the console.</summary>
internal static class StatsEndpoint
{
    /// <summary>Adds the route.</summary>
    public static IEndpointConventionBuilder Map(WebApplication app) => app.MapGet("/v1/stats", WriteAsync);

    private static async Task WriteAsync(HttpContext context)
    {
        Caller caller = context.Caller();
        IServiceProvider services = context.RequestServices;
        RecentStats recent = services.GetRequiredService<ServerTelemetry>().Recent;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        long last = recent.LastSecond;
        json.WriteStartObject();
        json.WriteString("now", services.GetRequiredService<TimeProvider>().GetUtcNow());
        WriteAll(json, "seconds", Enumerable.Range(0, RecentSeries.Seconds), i => last - RecentSeries.Seconds + 1 + i);
        json.WriteStartArray("models");
        ModelCatalogue catalogue = services.GetRequiredService<ModelCatalogue>();
        foreach (ServedModel model in catalogue.Models.Where(model => caller.MayUse(model.Name)))
        {
            WriteModel(json, model, recent, last);
        }

        json.WriteEndArray();
        json.WriteStartObject("process");
        json.WriteNumber("rss_bytes", Environment.WorkingSet);
        json.WriteNumber("managed_bytes", GC.GetTotalMemory(forceFullCollection: false));
        json.WriteNumber("gen2", GC.CollectionCount(2));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, ServedModel model, RecentStats recent, long last)
    {
        json.WriteStartObject();
        json.WriteString("name", model.Name);
        WriteSeries(json, "search", recent.Read(model.Name, OperationKind.Search, last));
        WriteSeries(json, "write", recent.Read(model.Name, OperationKind.Write, last));
        json.WriteStartArray("versions");
        foreach (ModelVersion version in model.Versions)
        {
            json.WriteStartObject();
            json.WriteString("version", version.Name);
            json.WriteNumber("lag", version.Follower?.Lag ?? 0);
            json.WriteStartArray("memory");
            if (version.TryEnter() is { } served)
            {
                foreach (OwnedMemory owner in served.Retriever.Memory.Owners)
                {
                    json.WriteStartObject();
                    json.WriteString("owner", owner.Owner);
                    json.WriteNumber("host_bytes", owner.HostBytes);
                    json.WriteNumber("mapped_bytes", owner.MappedBytes);
                    json.WriteNumber("device_bytes", owner.DeviceBytes);
                    json.WriteEndObject();
                }

                served.Leave();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSeries(Utf8JsonWriter json, string name, RecentPoint[] points)
    {
        json.WriteStartObject(name);
        WriteAll(json, "rate", points, point => point.Count);
        WriteAll(json, "errors", points, point => point.Errors);
        WriteAll(json, "p50_ms", points, point => point.P50Ms);
        WriteAll(json, "p95_ms", points, point => point.P95Ms);
        WriteAll(json, "p99_ms", points, point => point.P99Ms);
        json.WriteEndObject();
    }

    private static void WriteAll<T>(Utf8JsonWriter json, string name, IEnumerable<T> points, Func<T, double> number)
    {
        json.WriteStartArray(name);
        foreach (T point in points)
        {
            json.WriteNumberValue(number(point));
        }

        json.WriteEndArray();
    }
}
