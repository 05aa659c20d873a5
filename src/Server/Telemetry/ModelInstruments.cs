using System.Diagnostics.Metrics;
using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Server.Models;

namespace Linr.Server.Telemetry;

/// <summary>The instruments that are read when somebody asks: models, versions, memory, queues.</summary>
internal static class ModelInstruments
{
    /// <summary>Makes them.</summary>
    public static void Create(Meter meter, ModelCatalogue catalogue)
    {
        meter.CreateObservableGauge(
            "linr.memory.budget", () => catalogue.Memory.BytesMax, "By", "Bytes that resident models may take.");
        meter.CreateObservableGauge(
            "linr.memory.used", () => catalogue.Memory.UsedBytes, "By", "Bytes that resident models take of the budget.");
        meter.CreateObservableGauge(
            "linr.model.memory", () => Memory(catalogue), "By", "Bytes by owner, on the host, mapped, and on the device.");
        meter.CreateObservableGauge(
            "linr.model.items",
            () => Each(catalogue, served => served.Retriever.Count(default(Linr.Filters.Filter)).Items),
            "{item}",
            "Items of a version.");
        meter.CreateObservableGauge(
            "linr.model.lag",
            () => Versions(catalogue).Select(one => Of(one.Version.Follower?.Lag ?? 0, one)),
            "{change}",
            "Changes that the live version has and this one has not.");
        meter.CreateObservableGauge(
            "linr.model.ready",
            () => Versions(catalogue).Select(one => Of(one.Version.State == VersionState.Ready ? 1L : 0L, one)),
            unit: null,
            "Whether a version may answer.");
        CreateBatching(meter, catalogue);
    }

    private static void CreateBatching(Meter meter, ModelCatalogue catalogue)
    {
        Count("linr.batch.batches", one => one.Batches, "Scans that were shared.");
        Count("linr.batch.searches", one => one.Scanned, "Searches in them.");
        Count("linr.batch.refused", one => one.Refused, "Searches that found the queue full.");
        Count("linr.batch.expired", one => one.Expired, "Searches whose time was over before their scan.");
        meter.CreateObservableUpDownCounter(
            "linr.batch.waiting",
            () => Each(catalogue, served => served.Batcher.Counters.Waiting),
            "{search}",
            "Searches that wait for their scan.");

        void Count(string name, Func<BatchCounters, long> value, string description)
            => meter.CreateObservableCounter(
                name, () => Each(catalogue, served => value(served.Batcher.Counters)), unit: null, description);
    }

    private static List<Measurement<long>> Memory(ModelCatalogue catalogue)
    {
        var measured = new List<Measurement<long>>();
        foreach ((ServedModel model, ModelVersion version) in Versions(catalogue))
        {
            if (version.TryEnter() is not { } served)
            {
                continue;
            }

            foreach (OwnedMemory owner in served.Retriever.Memory.Owners)
            {
                Add(owner.HostBytes, "host");
                Add(owner.MappedBytes, "mapped");
                Add(owner.DeviceBytes, "device");

                void Add(long bytes, string place)
                {
                    if (bytes > 0)
                    {
                        measured.Add(new Measurement<long>(
                            bytes,
                            new("model", model.Name),
                            new("version", version.Name),
                            new("owner", owner.Owner),
                            new("place", place)));
                    }
                }
            }

            served.Leave();
        }

        return measured;
    }

    private static List<Measurement<long>> Each(ModelCatalogue catalogue, Func<ServedBatches, long> value)
    {
        var measured = new List<Measurement<long>>();
        foreach ((ServedModel Model, ModelVersion Version) one in Versions(catalogue))
        {
            if (one.Version.TryEnter() is { } served)
            {
                measured.Add(Of(value(served), one));
                served.Leave();
            }
        }

        return measured;
    }

    private static IEnumerable<(ServedModel Model, ModelVersion Version)> Versions(ModelCatalogue catalogue)
        => catalogue.Models.SelectMany(model => model.Versions.Select(version => (model, version)));

    private static Measurement<long> Of(long value, (ServedModel Model, ModelVersion Version) one)
        => new(value, new("model", one.Model.Name), new KeyValuePair<string, object?>("version", one.Version.Name));
}
