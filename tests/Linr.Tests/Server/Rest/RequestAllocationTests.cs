using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Linr.Tests.Engine;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Rest;

/// <summary>Bytes that the service allocates for a search by a vector, once it is warm.</summary>
[Collection(Alone.Name)]
public sealed class RequestAllocationTests : IAsyncLifetime
{
    private const int K = 10;
    private const int Calls = 200;
    private const int Passes = 5;

    // By REST those of the server alone (18,200 on two x64 cores); by gRPC those of its client too, which runs in this
    // process (30,700).
    private const long RestBytesMax = 21_000;
    private const long GrpcBytesMax = 35_000;

    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
        => _server = await TestServer.StartAsync(_folder, new RandomItems(2_000, seed: 79));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void A_search_by_REST_allocates_no_more_than_it_did()
    {
        byte[] request = MakeHttp();
        byte[] answer = new byte[64 * 1024];
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(_server.Http.BaseAddress!.Host, _server.Http.BaseAddress.Port);
        AssertAtMost(RestBytesMax, Call);
        Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(answer, 0, 12), StringComparison.Ordinal);

        void Call()
        {
            socket.Send(request);
            int length = 0;
            while (!answer.AsSpan(0, length).EndsWith("\r\n0\r\n\r\n"u8))
            {
                length += socket.Receive(answer.AsSpan(length));
            }
        }
    }

    [Fact]
    public void A_search_by_gRPC_allocates_no_more_than_it_did()
    {
        V1.SearchRequest request = Request();
        AssertAtMost(GrpcBytesMax, () => Assert.Equal(K, _server.Retrieval.Search(request).Hits.Count));
    }

    private static void AssertAtMost(long bytes, Action call)
    {
        for (int i = 0; i < Calls; i++)
        {
            call();
        }

        // The least of several passes: what the runtime allocates for itself is not in every one.
        long least = long.MaxValue;
        for (int pass = 0; pass < Passes; pass++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < Calls; i++)
            {
                call();
            }

            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / Calls);
        }

        Assert.InRange(least, 1, bytes);
    }

    private static byte[] MakeHttp()
    {
        byte[] body = RestJson.Write(new V1.SearchRequest(Request()) { Model = string.Empty });
        string head = string.Create(CultureInfo.InvariantCulture, $"""
            POST /v1/models/items/search HTTP/1.1
            Host: localhost
            Content-Type: application/json
            Content-Length: {body.Length}


            """);
        return [.. Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n")), .. body];
    }

    private static V1.SearchRequest Request() => new()
    {
        Model = "items",
        K = K,
        Embeddings =
        {
            new V1.QueryVector
            {
                Name = "main", Vector = { RandomItems.RandomVector(new Random(1), RandomItems.Dim) },
            },
        },
    };
}
