using System.Collections.Concurrent;
using Grpc.Core;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Client;

/// <summary>What a <see cref="ScriptedServer"/> does, and what it was sent.</summary>
internal sealed class Script
{
    public ConcurrentQueue<Metadata> Headers { get; } = new();

    public Func<V1.SearchRequest, ServerCallContext, Task<V1.SearchResponse>> Search { get; set; } =
        (_, _) => Task.FromResult(new V1.SearchResponse());

    public Func<V1.WriteRequest, ServerCallContext, Task<V1.WriteResponse>> Write { get; set; } =
        (_, _) => Task.FromResult(new V1.WriteResponse());

    public Func<IAsyncStreamReader<V1.WriteRequest>, IServerStreamWriter<V1.WriteResponse>, Task> WriteStream
    { get; set; } = (_, _) => Task.CompletedTask;

    public static RpcException Unavailable() => new(new Status(StatusCode.Unavailable, "Not now."));
}
