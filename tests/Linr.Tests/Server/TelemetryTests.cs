using System.Text.Json;
using Grpc.Core;
using Linr.Server.Telemetry;
using Linr.Tests.Engine;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server;

public sealed class TelemetryTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
        => _server = await TestServer.StartAsync(_folder, new RandomItems(100, seed: 75));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Prometheus_reads_requests_stages_memory_and_queues()
    {
        // Other servers of this process are measured by instruments of the same names.
        await _server.LoadAsync("measured", "1", "items.linr");
        V1.SearchRequest request = new() { Model = "measured", K = 5 };
        request.Embeddings.Add(new V1.QueryVector { Name = "main", Vector = { new float[RandomItems.Dim] } });
        for (int i = 0; i < 3; i++)
        {
            await _server.Retrieval.SearchAsync(request);
        }

        request.K = -1;
        await Assert.ThrowsAsync<RpcException>(async () => await _server.Retrieval.SearchAsync(request));
        string metrics = await _server.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        string requests = Assert.Single(
            Lines("linr_request_duration_seconds_count"),
            line => line.Contains("operation=\"search\"", StringComparison.Ordinal)
                && line.Contains("status=\"OK\"", StringComparison.Ordinal));
        Assert.Equal("3", requests.Split(' ')[1]);
        Assert.Contains(
            Lines("linr_request_duration_seconds_count"),
            line => line.Contains("status=\"InvalidArgument\"", StringComparison.Ordinal));
        Assert.Contains(
            Lines("linr_search_stage_duration_seconds_count"),
            line => line.Contains("stage=\"scan\"", StringComparison.Ordinal));
        Assert.Contains(
            Lines("linr_model_memory_bytes"),
            line => line.Contains("owner=\"embedding main\"", StringComparison.Ordinal));
        Assert.Equal("100", Assert.Single(Lines("linr_model_items")).Split(' ')[1]);
        Assert.NotEmpty(Lines("linr_batch_waiting"));
        Assert.Contains("linr_memory_budget_bytes", metrics, StringComparison.Ordinal);

        List<string> Lines(string name)
            => [.. metrics.Split('\n').Where(line => line.StartsWith(name + "{", StringComparison.Ordinal)
                && line.Contains("model=\"measured\"", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task The_last_minute_has_the_searches_of_each_second()
    {
        V1.SearchRequest request = new() { Model = "items", K = 5 };
        request.Embeddings.Add(new V1.QueryVector { Name = "main", Vector = { new float[RandomItems.Dim] } });
        await _server.Retrieval.SearchAsync(request);
        double searches;
        do
        {
            // A second is told when it is whole.
            using JsonDocument stats = JsonDocument.Parse(
                await _server.Http.GetStringAsync(new Uri("/v1/stats", UriKind.Relative)));
            JsonElement model = stats.RootElement.GetProperty("models")[0];
            Assert.Equal("items", model.GetProperty("name").GetString());
            Assert.Equal(60, stats.RootElement.GetProperty("seconds").GetArrayLength());
            searches = model.GetProperty("search").GetProperty("rate").EnumerateArray().Sum(point => point.GetDouble());
        }
        while (searches == 0);

        Assert.Equal(1, searches);
    }

    [Fact]
    public void Percentiles_are_within_a_sixteenth()
    {
        var random = new Random(76);
        double[] times = [.. Enumerable.Range(0, 10_000).Select(_ => Math.Exp(random.NextDouble() * 12))];
        var buckets = new LatencyBuckets();
        foreach (double microseconds in times)
        {
            buckets.Add(TimeSpan.FromMicroseconds(microseconds));
        }

        Array.Sort(times);
        foreach (double share in (double[])[0.01, 0.5, 0.95, 0.99, 1])
        {
            double exact = times[(int)Math.Ceiling(share * times.Length) - 1] / 1_000;
            Assert.InRange(buckets.Percentile(share), exact * 0.95, (exact * 1.0626) + 0.002);
        }
    }
}
