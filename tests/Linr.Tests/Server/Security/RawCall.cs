using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Security;

/// <summary>Makes any call of gRPC by its descriptor, as a client that knows only bytes would.</summary>
internal static class RawCall
{
    private static readonly Marshaller<byte[]> s_bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    /// <summary>The calls of the contract.</summary>
    public static IEnumerable<MethodDescriptor> All()
        => new[] { V1.Retrieval.Descriptor, V1.Items.Descriptor, V1.Models.Descriptor }
            .SelectMany(service => service.Methods);

    /// <summary>Makes a call with one message, to its end.</summary>
    /// <param name="invoker">Who carries it.</param>
    /// <param name="call">The call, such as <c>linr.v1.Items/Write</c>.</param>
    /// <param name="request">The message.</param>
    /// <param name="headers">What is sent besides.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Its status; the headers of the answer; its last message, null where there is none.</returns>
    public static async Task<(Status Status, Metadata Headers, byte[]? Last)> SendAsync(
        this CallInvoker invoker, string call, IMessage request, Metadata headers, CancellationToken cancellation)
    {
        int slash = call.IndexOf('/', StringComparison.Ordinal);
        // On the wire all kinds of calls are the same, where there is one message.
        var method = new Method<byte[], byte[]>(
            MethodType.ServerStreaming, call[..slash], call[(slash + 1)..], s_bytes, s_bytes);
        using AsyncServerStreamingCall<byte[]> sent = invoker.AsyncServerStreamingCall(
            method, host: null, new CallOptions(headers, cancellationToken: cancellation), request.ToByteArray());
        byte[]? last = null;
        try
        {
            while (await sent.ResponseStream.MoveNext(cancellation))
            {
                last = sent.ResponseStream.Current;
            }

            return (sent.GetStatus(), await sent.ResponseHeadersAsync, last);
        }
        catch (RpcException error)
        {
            return (error.Status, await HeadersOf(sent), last);
        }
    }

    private static async Task<Metadata> HeadersOf(AsyncServerStreamingCall<byte[]> sent)
    {
        try
        {
            return await sent.ResponseHeadersAsync;
        }
        catch (RpcException error)
        {
            return error.Trailers;
        }
    }
}
