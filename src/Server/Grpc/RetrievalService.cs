using Grpc.Core;
using Linr.Server.Api;
using Linr.Server.Wire;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Grpc;

/// <summary>Searches by gRPC.</summary>
internal sealed class RetrievalService(SearchApi api) : RetrievalContract
{
    public override Task<SearchAnswer> Search(V1.SearchRequest request, ServerCallContext context)
        => api.AnswerAsync(request, context.Caller(), explains: false, context.CancellationToken);

    public override Task<SearchAnswer> Explain(V1.SearchRequest request, ServerCallContext context)
        => api.AnswerAsync(request, context.Caller(), explains: true, context.CancellationToken);

    public override Task<V1.SearchBatchResponse> SearchBatch(V1.SearchBatchRequest request, ServerCallContext context)
        => api.SearchBatchAsync(request, context.Caller(), context.CancellationToken);

    public override async Task SearchStream(
        V1.SearchRequest request, IServerStreamWriter<V1.SearchPart> responseStream, ServerCallContext context)
    {
        await foreach (V1.SearchPart part in api.SearchStreamAsync(
            request, context.Caller(), context.CancellationToken).ConfigureAwait(false))
        {
            await responseStream.WriteAsync(part, context.CancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<V1.CountResponse> Count(V1.CountRequest request, ServerCallContext context)
        => api.CountAsync(request, context.Caller(), context.CancellationToken);

    public override Task<V1.PrepareFilterResponse> PrepareFilter(
        V1.PrepareFilterRequest request, ServerCallContext context)
        => Task.FromResult(api.PrepareFilter(request, context.Caller()));
}
