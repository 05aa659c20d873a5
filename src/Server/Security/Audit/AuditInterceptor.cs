using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Linr.Server.Security.Audit;

/// <summary>Notes what changing calls of gRPC are about; reads go by.</summary>
internal sealed class AuditInterceptor : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (NoteOf(context) is { } note && request is IMessage message)
        {
            note.Read(message);
        }

        return continuation(request, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        => continuation(
            NoteOf(context) is { } note ? new NotedStream<TRequest>(requestStream, note) : requestStream,
            responseStream,
            context);

    private static AuditNote? NoteOf(ServerCallContext context)
        => CallScopes.Find(context.Method[1..]) is Scopes.Write or Scopes.Admin
            ? context.GetHttpContext().Features.Get<AuditNote>() : null;

    private sealed class NotedStream<T>(IAsyncStreamReader<T> inner, AuditNote note) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            bool hasOne = await inner.MoveNext(cancellationToken).ConfigureAwait(false);
            if (hasOne && inner.Current is IMessage message)
            {
                note.Read(message);
            }

            return hasOne;
        }
    }
}
