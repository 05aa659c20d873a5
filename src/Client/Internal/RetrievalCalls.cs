using Google.Protobuf;
using Grpc.Core;
using Linr.Client.Wire;
using V1 = Linr.Protocol.V1;

namespace Linr.Client.Internal;

/// <summary>The calls of the service Retrieval, so that a search makes no delegates.</summary>
/// <param name="client">Makes them.</param>
/// <param name="invoker">Makes those whose answer is read from its bytes.</param>
internal sealed class RetrievalCalls(V1.Retrieval.RetrievalClient client, CallInvoker invoker)
{
    private const string Service = "linr.v1.Retrieval";

    private static readonly Marshaller<V1.SearchRequest> s_request = new(
        (request, context) =>
        {
            context.SetPayloadLength(request.CalculateSize());
            request.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        _ => throw new NotSupportedException("A client reads no requests."));

    private static readonly Marshaller<SearchResponse> s_response = new(
        (_, _) => throw new NotSupportedException("A client writes no answers."),
        context => SearchResponseReader.Read(context.PayloadAsReadOnlySequence()));

    public Call<V1.SearchRequest, SearchResponse> Search { get; } = Answered("Search", invoker);

    public Call<V1.SearchRequest, SearchResponse> Explain { get; } = Answered("Explain", invoker);

    public Call<V1.SearchBatchRequest, V1.SearchBatchResponse> SearchBatch { get; } = new(
        new(Service, "SearchBatch"), client.SearchBatchAsync);

    public Call<V1.CountRequest, V1.CountResponse> Count { get; } = new(new(Service, "Count"), client.CountAsync);

    public Call<V1.PrepareFilterRequest, V1.PrepareFilterResponse> PrepareFilter { get; } = new(
        new(Service, "PrepareFilter"), client.PrepareFilterAsync);

    public CallName SearchStream { get; } = new(Service, "SearchStream");

    private static Call<V1.SearchRequest, SearchResponse> Answered(string name, CallInvoker invoker)
    {
        var method = new Method<V1.SearchRequest, SearchResponse>(
            MethodType.Unary, Service, name, s_request, s_response);
        return new(new(Service, name), (request, settings) => invoker.AsyncUnaryCall(method, null, settings, request));
    }
}
