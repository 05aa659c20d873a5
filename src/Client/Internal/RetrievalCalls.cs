using V1 = Linr.Protocol.V1;

namespace Linr.Client.Internal;

/// <summary>The calls of the service Retrieval, so that a search makes no delegates.</summary>
/// <param name="client">Makes them.</param>
internal sealed class RetrievalCalls(V1.Retrieval.RetrievalClient client)
{
    private const string Service = "linr.v1.Retrieval";

    public Call<V1.SearchRequest, V1.SearchResponse> Search { get; } = new(new(Service, "Search"), client.SearchAsync);

    public Call<V1.SearchRequest, V1.SearchResponse> Explain { get; } = new(
        new(Service, "Explain"), client.ExplainAsync);

    public Call<V1.SearchBatchRequest, V1.SearchBatchResponse> SearchBatch { get; } = new(
        new(Service, "SearchBatch"), client.SearchBatchAsync);

    public Call<V1.CountRequest, V1.CountResponse> Count { get; } = new(new(Service, "Count"), client.CountAsync);

    public Call<V1.PrepareFilterRequest, V1.PrepareFilterResponse> PrepareFilter { get; } = new(
        new(Service, "PrepareFilter"), client.PrepareFilterAsync);

    public CallName SearchStream { get; } = new(Service, "SearchStream");
}
