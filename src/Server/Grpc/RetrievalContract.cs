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
        => V1.Retrieval.BindService(new AnswerBinder(binder), serviceImpl: null);

    /// <summary>Passes on the methods of generated code, those that answer a search with an answer in its place.</summary>
    private sealed class AnswerBinder(ServiceBinderBase binder) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        {
            if (typeof(TResponse) == typeof(V1.SearchResponse))
            {
                binder.AddMethod(
                    new Method<TRequest, SearchAnswer>(
                        method.Type, method.ServiceName, method.Name, method.RequestMarshaller, s_answer),
                    (UnaryServerMethod<TRequest, SearchAnswer>?)null);
                return;
            }

            binder.AddMethod(method, handler);
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
            => binder.AddMethod(method, handler);
    }
}
