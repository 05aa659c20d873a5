using System.Text.Json;
using System.Text.RegularExpressions;
using Linr.Tests.Engine;
using Linr.Tests.Repository;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server;

public sealed partial class DashboardTests
{
    /// <summary>Instruments that a server without sources, followers or exporters has not, or .NET's own.</summary>
    private static readonly string[] s_elsewhere = ["linr_ingest_freshness_seconds", "dotnet_gc_collections_total"];

    [Fact]
    public async Task The_dashboard_reads_metrics_that_there_are()
    {
        using var folder = new TemporaryFolder();
        await using TestServer server = await TestServer.StartAsync(folder, new RandomItems(10, seed: 77));
        V1.SearchRequest request = new() { Model = "items", K = 1 };
        request.Embeddings.Add(new V1.QueryVector { Name = "main", Vector = { new float[RandomItems.Dim] } });
        await server.Retrieval.SearchAsync(request);
        await server.Items.WriteAsync(new V1.WriteRequest
        {
            Model = "items", Changes = { new V1.Change { Delete = new V1.ItemId { Text = "none" } } },
        });
        string metrics = await server.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        using JsonDocument dashboard = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "deploy", "grafana.json")));
        string[] read =
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray()
                .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .SelectMany(target => MetricName().Matches(target.GetProperty("expr").GetString()!))
                .Select(match => match.Value)
                .Distinct(),
        ];
        Assert.InRange(read.Length, 15, 40);
        Assert.All(read.Except(s_elsewhere), name => Assert.Contains(
            metrics.Split('\n'), line => line.StartsWith(name, StringComparison.Ordinal)));
    }

    [GeneratedRegex("(linr|dotnet)_[a-z_]+")]
    private static partial Regex MetricName();
}
