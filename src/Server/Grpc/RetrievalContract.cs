using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Linr.Server.Wire;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Grpc;

/// <summary>
/// The service Retrieval as generated code has it, but for the answer of a search, which writes itself.
/// </summary>
[BindServiceMethod(typeof(RetrievalContract), nameof(BindService))]
internal abstract class RetrievalContract
{
    private static readonly Marshaller<SearchAnswer> s_answer = new(
        (answer, context) =>
        {
            context.SetPayloadLength(answer.Size);
            answer.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        _ => throw new NotSupportedException("A server reads no answers."));

    /// <summary>The service in the contract; reflection finds it by this name.</summary>
    public static ServiceDescriptor Descriptor => V1.Retrieval.Descriptor;

    public abstract Task<SearchAnswer> Search(V1.SearchRequest request, ServerCallContext context);

    public abstract Task<SearchAnswer> Explain(V1.SearchRequest request, ServerCallContext context);

    public abstract Task<V1.SearchBatchResponse> SearchBatch(V1.SearchBatchRequest request, ServerCallContext context);

    public abstract Task SearchStream(
        V1.SearchRequest request, IServerStreamWriter<V1.SearchPart> responseStream, ServerCallContext context);

    public abstract Task<V1.CountResponse> Count(V1.CountRequest request, ServerCallContext context);

    public abstract Task<V1.PrepareFilterResponse> PrepareFilter(
        V1.PrepareFilterRequest request, ServerCallContext context);

    /// <summary>Tells the framework the methods; it finds who handles them by their names, and gives no service.</summary>
    public static void BindService(ServiceBinderBase binder, RetrievalContract? service)
    {
        Marshaller<V1.SearchRequest> request = Of<V1.SearchRequest>();
        binder.AddMethod(Unary("Search", request, s_answer), service is null ? null : service.Search);
        binder.AddMethod(Unary("Explain", request, s_answer), service is null ? null : service.Explain);
        binder.AddMethod(
            Unary("SearchBatch", Of<V1.SearchBatchRequest>(), Of<V1.SearchBatchResponse>()),
            service is null ? null : service.SearchBatch);
        binder.AddMethod(
            Method(MethodType.ServerStreaming, "SearchStream", request, Of<V1.SearchPart>()),
            service is null ? null : service.SearchStream);
        binder.AddMethod(
            Unary("Count", Of<V1.CountRequest>(), Of<V1.CountResponse>()), service is null ? null : service.Count);
        binder.AddMethod(
            Unary("PrepareFilter", Of<V1.PrepareFilterRequest>(), Of<V1.PrepareFilterResponse>()),
            service is null ? null : service.PrepareFilter);
    }

    private static Method<TRequest, TResponse> Unary<TRequest, TResponse>(
        string name, Marshaller<TRequest> request, Marshaller<TResponse> response)
        => Method(MethodType.Unary, name, request, response);

    private static Method<TRequest, TResponse> Method<TRequest, TResponse>(
        MethodType type, string name, Marshaller<TRequest> request, Marshaller<TResponse> response)
        => new(type, Descriptor.FullName, name, request, response);

    private static Marshaller<T> Of<T>()
        where T : IBufferMessage, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(() => new T());
        return new Marshaller<T>(
            (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
    }
}
