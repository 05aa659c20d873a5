using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Linr.Server.Security.Audit;
using Linr.Server.Security.Traffic;
using Microsoft.AspNetCore.Http;

namespace Linr.Server.Security;

/// <summary>
/// Sees each message of gRPC that comes: what it names is noted, and what it takes once unpacked is counted.
/// </summary>
internal sealed class MessageInterceptor : Interceptor
{
    private const string Encoding = "grpc-encoding";
    private const string Identity = "identity";

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        See(request, context.GetHttpContext());
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        See(request, context.GetHttpContext());
        return continuation(request, responseStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        => continuation(new SeenStream<TRequest>(requestStream, context.GetHttpContext()), responseStream, context);

    private static void See<T>(T received, HttpContext context)
    {
        if (received is not IMessage message)
        {
            return;
        }

        context.Features.Get<AuditNote>()?.Read(message);
        string encoding = context.Request.Headers[Encoding].ToString();
        if (encoding.Length > 0 && encoding != Identity)
        {
            context.Features.Get<CountedBody>()?.Unpack(message.CalculateSize());
        }
    }

    private sealed class SeenStream<T>(IAsyncStreamReader<T> inner, HttpContext context) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            bool hasOne = await inner.MoveNext(cancellationToken).ConfigureAwait(false);
            if (hasOne)
            {
                See(inner.Current, context);
            }

            return hasOne;
        }
    }
}
