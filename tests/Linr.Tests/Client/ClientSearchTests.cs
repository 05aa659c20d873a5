using System.Collections.Immutable;
using Grpc.Core;
using Linr.Engine;
using Linr.Tests.Engine;
using Linr.Tests.Server;

namespace Linr.Tests.Client;

using Linr.Client;

/// <summary>Searches by the client, of a real server.</summary>
public sealed class ClientSearchTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly RandomItems _items = new(500, seed: 83);
    private TestServer _server = null!;
    private LinrClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(_folder, _items);
        _client = new LinrClient(_server.GrpcAddress);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_search_gives_what_the_engine_gives()
    {
        using Retriever retriever = _items.ToRetriever();
        float[] vector = RandomItems.RandomVector(new Random(1), RandomItems.Dim);
        Linr.SearchResponse expected = retriever.Search(new Linr.SearchRequest
        {
            Embeddings = [new Linr.EmbeddingQuery("main", vector)],
            Filter = Linr.Filters.Filter.Parse("colour in ('red', 'blue') and size >= 3"),
            K = 20,
            Fields = ["title", "size"],
        });
        SearchRequest request = Search(vector, k: 20) with
        {
            Filter = Filter.OfText("colour in @colours and size >= @least").With("colours", ["red", "blue"])
                .With("least", 3),
            Fields = ["title", "size"],
        };
        SearchResponse found = await _client.SearchAsync(request);
        Assert.Equal(
            expected.Hits.Select(hit => (hit.Id.Text, hit.Score)), found.Hits.Select(hit => (hit.Id.Text, hit.Score)));
        Assert.Equal(
            expected.Hits.Select(hit => (hit.Fields["title"][0].Text, hit.Fields["size"][0].Integer)),
            found.Hits.Select(hit => (hit.Fields["title"][0].Text, hit.Fields["size"][0].Integer)));
        Assert.Equal(
            (true, expected.RowsPassed, "items", "1"), (found.Exact, found.RowsPassed, found.Model, found.Version));

        SearchResponse explained = await _client.ExplainAsync(request);
        Assert.Equal(found.Hits.Select(hit => hit.Id), explained.Hits.Select(hit => hit.Id));
        Assert.StartsWith("cpu", explained.Engine, StringComparison.Ordinal);
        Assert.All(explained.Stages, stage => Assert.NotEmpty(stage.Detail));
    }

    [Fact]
    public async Task A_wrong_search_of_a_batch_fails_alone()
    {
        float[] vector = RandomItems.RandomVector(new Random(2), RandomItems.Dim);
        ImmutableArray<SearchResult> results = await _client.SearchBatchAsync(
            [Search(vector, 5), Search(vector, 5) with { Filter = "colour = " }, Search(vector, 7)]);
        Assert.Equal([5, 0, 7], results.Select(one => one.Response?.Hits.Length ?? 0));
        Assert.False(results[1].IsAnswered);
        Assert.Equal(StatusCode.InvalidArgument, results[1].Error!.Status);
        Assert.Contains("line 1", Assert.Throws<LinrException>(results[1].OrThrow).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_problem_is_told_with_its_field()
    {
        LinrException error = await Assert.ThrowsAsync<LinrException>(() => _client.SearchAsync(
            Search(new float[RandomItems.Dim], 5) with { Embeddings = [], Items = [5, 6L] }));
        Assert.Equal(StatusCode.InvalidArgument, error.Status);
        Assert.Equal(["items[0]", "items[1]"], error.Problems.Select(one => one.Field));
        Assert.Contains("found the integer 5", error.Problems[0].Message, StringComparison.Ordinal);
        Assert.NotNull(error.RequestId);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => _client.SearchAsync(Search(new float[RandomItems.Dim], k: 0)));
    }

    [Fact]
    public async Task A_stream_has_all_hits_and_the_rest_at_its_end()
    {
        float[] vector = RandomItems.RandomVector(new Random(3), RandomItems.Dim);
        SearchResponse whole = await _client.SearchAsync(Search(vector, k: 500));
        List<SearchPart> parts = await _client.SearchStreamAsync(Search(vector, k: 500)).ToListAsync();
        Assert.Equal(whole.Hits.Select(hit => hit.Id), parts.SelectMany(part => part.Hits).Select(hit => hit.Id));
        Assert.Equal(parts.Count - 1, parts.FindIndex(part => part.End is not null));
        Assert.Equal(500, parts[^1].End!.RowsPassed);
    }

    [Fact]
    public async Task A_stream_that_is_cancelled_or_left_ends_and_the_client_goes_on()
    {
        float[] vector = RandomItems.RandomVector(new Random(4), RandomItems.Dim);
        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (SearchPart part in _client.SearchStreamAsync(Search(vector, k: 500), cancelled.Token))
            {
                await cancelled.CancelAsync();
            }
        });
        await foreach (SearchPart part in _client.SearchStreamAsync(Search(vector, k: 500)))
        {
            break;
        }

        Assert.Equal(9, (await _client.SearchAsync(Search(vector, k: 9))).Hits.Length);
    }

    [Fact]
    public async Task Count_is_exact()
    {
        ItemCount count = await _client.CountAsync("items", "colour = 'red'");
        Assert.Equal((_items.Items.Count(item => RandomItems.Colour(item) == "red"), 500), (count.Passed, count.Items));
        Assert.Equal(500, (await _client.CountAsync("items")).Passed);
    }

    [Fact]
    public async Task A_prepared_filter_outlives_the_server_that_knew_it()
    {
        float[] vector = RandomItems.RandomVector(new Random(5), RandomItems.Dim);
        PreparedFilter prepared = await _client.PrepareFilterAsync("items", "size < @most and colour in @colours");
        Assert.Equal(["colours", "most"], prepared.Parameters.Order());
        Filter filter = prepared.With("most", 40).With("colours", ["red", "blue"]);
        SearchRequest search = Search(vector, k: 500) with { Filter = filter };
        SearchResponse before = await _client.SearchAsync(search);
        Assert.NotEmpty(before.Hits);
        Assert.Equal(before.RowsPassed, (await _client.CountAsync("items", filter)).Passed);

        // Each call meets a server that has forgotten it.
        await RestartAsync();
        Assert.Equal(Ids(before), Ids(await _client.SearchAsync(search)));
        Assert.Equal(Ids(before), Ids(await _client.SearchAsync(search)));
        await RestartAsync();
        ImmutableArray<SearchResult> results = await _client.SearchBatchAsync([Search(vector, 3), search, search]);
        Assert.Equal(3, results[0].OrThrow().Hits.Length);
        Assert.All(results.Skip(1), one => Assert.Equal(Ids(before), Ids(one.OrThrow())));
        await RestartAsync();
        List<SearchPart> parts = await _client.SearchStreamAsync(search).ToListAsync();
        Assert.Equal(Ids(before), parts.SelectMany(part => part.Hits).Select(hit => hit.Id));
        await RestartAsync();
        Assert.Equal(before.RowsPassed, (await _client.CountAsync("items", filter)).Passed);
        await RestartAsync();
        Assert.Equal(
            before.RowsPassed,
            (await _client.ScrollAsync(new ScrollRequest { Model = "items", Filter = filter }).ToListAsync()).Count);
    }

    [Fact]
    public async Task A_filter_that_does_not_fit_is_said_when_it_is_prepared()
    {
        LinrException error = await Assert.ThrowsAsync<LinrException>(
            () => _client.PrepareFilterAsync("items", Filter.OfJson("""{"attribute": "color", "equals": "red"}""")));
        Assert.Equal(StatusCode.InvalidArgument, error.Status);
        Assert.Contains("colour", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<ItemId> Ids(SearchResponse response) => response.Hits.Select(hit => hit.Id);

    private static SearchRequest Search(float[] vector, int k)
        => new() { Model = "items", Embeddings = [new EmbeddingQuery(vector, "main")], K = k };

    // At the same address, so that the client finds it again by itself.
    private async Task RestartAsync()
    {
        int port = new Uri(_server.GrpcAddress).Port;
        await _server.DisposeAsync();
        _server = await TestServer.StartAsync(new Dictionary<string, string?>
        {
            ["Linr:Data"] = _folder.File("data"),
            ["Linr:Files"] = _folder.File("files"),
            ["Linr:Listen:GrpcPort"] = $"{port}",
        });
    }
}
