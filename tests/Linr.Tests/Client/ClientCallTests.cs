using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Client;

using Linr.Client;

/// <summary>How the client makes calls: retries, deadlines, keys, certificates, several servers.</summary>
public sealed class ClientCallTests
{
    private static readonly SearchRequest s_search = new() { Model = "items" };

    [Fact]
    public async Task A_search_is_tried_again_while_the_server_is_unavailable()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        using LinrClient client = ClientOf(server);
        server.Script.Search = (_, _) => server.Script.Headers.Count < 3
            ? throw Script.Unavailable() : Task.FromResult(new V1.SearchResponse { Model = "items" });
        Assert.Equal("items", (await client.SearchAsync(s_search)).Model);
        Assert.Equal(3, server.Script.Headers.Count);

        server.Script.Search = (_, _) => throw Script.Unavailable();
        LinrException error = await Assert.ThrowsAsync<LinrException>(() => client.SearchAsync(s_search));
        Assert.Equal((StatusCode.Unavailable, "Not now.", true), (error.Status, error.Message, error.IsTransient));
        Assert.Equal(3 + 4, server.Script.Headers.Count);
    }

    [Fact]
    public async Task A_wrong_request_is_not_tried_again()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        using LinrClient client = ClientOf(server);
        server.Script.Search = (_, _) => throw new RpcException(new Status(StatusCode.InvalidArgument, "k"));
        LinrException error = await Assert.ThrowsAsync<LinrException>(() => client.SearchAsync(s_search));
        Assert.False(error.IsTransient);
        Assert.Single(server.Script.Headers);
    }

    [Fact]
    public async Task Only_changes_with_versions_are_sent_again()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        using LinrClient client = ClientOf(server);
        server.Script.Write = (_, _) => server.Script.Headers.Count < 3
            ? throw Script.Unavailable() : Task.FromResult(new V1.WriteResponse { Deleted = 2 });
        ItemChange[] versioned = [ItemChange.Delete("a", version: 7), ItemChange.Delete("b", version: 7)];
        Assert.Equal(2, (await client.WriteAsync("items", versioned)).Deleted);
        Assert.Equal(3, server.Script.Headers.Count);

        server.Script.Write = (_, _) => throw Script.Unavailable();
        ItemChange[] one = [ItemChange.Delete("a", version: 7), ItemChange.Delete("b")];
        Assert.Equal(
            StatusCode.Unavailable,
            (await Assert.ThrowsAsync<LinrException>(() => client.WriteAsync("items", one))).Status);
        Assert.Equal(4, server.Script.Headers.Count);
    }

    [Fact]
    public async Task A_key_or_a_fresh_token_and_a_request_id_come_with_each_call()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        using (LinrClient client = ClientOf(server, options => options.ApiKey = "linr_secret"))
        {
            await client.SearchAsync(s_search);
        }

        int tokens = 0;
        using (LinrClient client = ClientOf(server, options => options.GetToken = _ => new($"token-{++tokens}")))
        {
            await client.SearchAsync(s_search);
            await client.DeleteAsync("items", "a");
        }

        Assert.Equal(
            ["Bearer linr_secret", "Bearer token-1", "Bearer token-2"],
            server.Script.Headers.Select(one => one.GetValue("authorization")));
        Assert.Equal(3, server.Script.Headers.Select(one => one.GetValue("x-request-id")).Distinct().Count());
        Assert.All(server.Script.Headers, one => Assert.Equal(32, one.GetValue("x-request-id")!.Length));
    }

    [Fact]
    public async Task A_call_ends_at_its_deadline_and_when_it_is_cancelled()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        using LinrClient client = ClientOf(server);
        var reached = new TaskCompletionSource();
        server.Script.Search = async (_, context) =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new V1.SearchResponse();
        };
        LinrException error = await Assert.ThrowsAsync<LinrException>(
            () => client.SearchAsync(s_search with { Timeout = TimeSpan.FromMilliseconds(50) }));
        Assert.Equal(StatusCode.DeadlineExceeded, error.Status);

        using var cancelled = new CancellationTokenSource();
        reached = new TaskCompletionSource();
        Task<SearchResponse> search = client.SearchAsync(s_search, cancelled.Token);
        await reached.Task;
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search);
    }

    [Fact]
    public async Task Several_servers_answer_in_turn_and_one_that_is_gone_is_passed_over()
    {
        await using ScriptedServer first = await ScriptedServer.StartAsync();
        await using ScriptedServer second = await ScriptedServer.StartAsync();
        using var client = new LinrClient(new LinrClientOptions { Addresses = [first.Address, second.Address] });
        // Both are connected once each has answered.
        while (first.Script.Headers.IsEmpty || second.Script.Headers.IsEmpty)
        {
            await client.SearchAsync(s_search);
        }

        int before = first.Script.Headers.Count;
        for (int i = 0; i < 10; i++)
        {
            await client.SearchAsync(s_search);
        }

        Assert.Equal(before + 5, first.Script.Headers.Count);
        await first.DisposeAsync();
        for (int i = 0; i < 10; i++)
        {
            await client.SearchAsync(s_search);
        }
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        string address;
        await using (ScriptedServer server = await ScriptedServer.StartAsync())
        {
            address = server.Address;
        }

        using var client = new LinrClient(new LinrClientOptions { Addresses = [address], AttemptsMax = 2 });
        LinrException error = await Assert.ThrowsAsync<LinrException>(() => client.SearchAsync(s_search));
        Assert.Equal(StatusCode.Unavailable, error.Status);
        Assert.NotNull(error.RequestId);
    }

    [Fact]
    public async Task Certificates_of_both_sides_are_checked()
    {
        using X509Certificate2 served = MakeCertificate("localhost");
        using X509Certificate2 own = MakeCertificate("caller");
        await using ScriptedServer server = await ScriptedServer.StartAsync(served, own.Thumbprint);
        using (LinrClient client = ClientOf(server, options =>
        {
            options.TrustedRoots = [served];
            options.ClientCertificate = own;
        }))
        {
            await client.SearchAsync(s_search);
        }

        using (LinrClient client = ClientOf(server, options =>
        {
            options.ClientCertificate = own;
            options.AttemptsMax = 1;
        }))
        {
            LinrException error = await Assert.ThrowsAsync<LinrException>(() => client.SearchAsync(s_search));
            Assert.Contains("certificate", error.Message, StringComparison.Ordinal);
        }

        using (LinrClient client = ClientOf(server, options =>
        {
            options.TrustedRoots = [served];
            options.AttemptsMax = 1;
        }))
        {
            await Assert.ThrowsAsync<LinrException>(() => client.SearchAsync(s_search));
        }
    }

    [Fact]
    public async Task A_call_is_an_activity_with_its_status()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        using LinrClient client = ClientOf(server);
        server.Script.Search = (request, _) => request.K == 3
            ? throw new RpcException(new Status(StatusCode.NotFound, "no")) : Task.FromResult(new V1.SearchResponse());
        var found = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Linr.Client",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                // Tests beside this one make calls too.
                if ((string?)activity.GetTagItem("linr.model") == "traced")
                {
                    found.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await client.SearchAsync(s_search with { Model = "traced" });
        await Assert.ThrowsAsync<LinrException>(() => client.SearchAsync(s_search with { Model = "traced", K = 3 }));
        Assert.Equal(["linr.v1.Retrieval/Search", "linr.v1.Retrieval/Search"], found.Select(one => one.DisplayName));
        Assert.Equal([0, 5], found.Select(one => (int)one.GetTagItem("rpc.grpc.status_code")!));
    }

    [Fact]
    public async Task A_writer_waits_for_room_and_tells_each_set_when_it_is_kept()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        using LinrClient client = ClientOf(server);
        var mayAnswer = new TaskCompletionSource();
        int read = 0;
        server.Script.WriteStream = async (requests, responses) =>
        {
            await foreach (V1.WriteRequest request in requests.ReadAllAsync())
            {
                await mayAnswer.Task;
                read++;
                await responses.WriteAsync(new V1.WriteResponse { Upserted = read, State = $"1:{read}" });
            }
        };
        await using ItemWriter writer = await client.OpenWriterAsync("items");
        ItemChange[] set = [ItemChange.Upsert(new Item { Id = 1 })];
        var durable = new List<Task<WriteResult>>();
        for (int i = 0; i < ItemWriter.UnderWayMax; i++)
        {
            durable.Add(await writer.StartAsync(set));
        }

        Task<Task<WriteResult>> waiting = writer.StartAsync(set);
        Assert.False(waiting.IsCompleted);
        Assert.All(durable, one => Assert.False(one.IsCompleted));
        mayAnswer.SetResult();
        durable.Add(await waiting);
        await writer.CompleteAsync();
        Assert.Equal(Enumerable.Range(1, ItemWriter.UnderWayMax + 1), durable.Select(one => one.Result.Upserted));
        LinrException error = await Assert.ThrowsAsync<LinrException>(() => writer.WriteAsync(set));
        Assert.Contains("ended", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_breaks_fails_all_that_wait()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        using LinrClient client = ClientOf(server);
        server.Script.WriteStream = async (requests, responses) =>
        {
            await requests.MoveNext();
            await responses.WriteAsync(new V1.WriteResponse { Upserted = 1 });
            await requests.MoveNext();
            throw Script.Unavailable();
        };
        await using ItemWriter writer = await client.OpenWriterAsync("items");
        ItemChange[] set = [ItemChange.Upsert(new Item { Id = 1 })];
        Assert.Equal(1, (await writer.WriteAsync(set)).Upserted);
        LinrException error = await Assert.ThrowsAsync<LinrException>(() => writer.WriteAsync(set));
        Assert.Equal("Not now.", error.Message);
        await Assert.ThrowsAsync<LinrException>(() => writer.WriteAsync(set));
        Assert.Same(error, await Assert.ThrowsAsync<LinrException>(writer.CompleteAsync));
    }

    private static LinrClient ClientOf(ScriptedServer server, Action<LinrClientOptions>? configure = null)
    {
        var options = new LinrClientOptions
        {
            Addresses = [server.Address],
            RetryDelay = TimeSpan.FromMilliseconds(1),
            RetryDelayMax = TimeSpan.FromMilliseconds(5),
        };
        configure?.Invoke(options);
        return new LinrClient(options);
    }

    private static X509Certificate2 MakeCertificate(string name)
    {
        using var key = RSA.Create(2_048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }
}
