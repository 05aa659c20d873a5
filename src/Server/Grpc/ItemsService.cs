using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Grpc.Core;
using Linr.Server.Api;
using Linr.Server.Security;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Grpc;

/// <summary>Items by gRPC.</summary>
internal sealed class ItemsService(ItemsApi api) : V1.Items.ItemsBase
{
    // Sets of one stream that are under way: they are made in order, and share what the disk takes to sync.
    private const int UnderWayMax = 64;

    public override Task<V1.WriteResponse> Write(V1.WriteRequest request, ServerCallContext context)
        => api.WriteAsync(request, context.Caller(), context.CancellationToken);

    public override async Task WriteStream(
        IAsyncStreamReader<V1.WriteRequest> requestStream,
        IServerStreamWriter<V1.WriteResponse> responseStream,
        ServerCallContext context)
    {
        Caller caller = context.Caller();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        Channel<Task<V1.WriteResponse>> underWay = Channel.CreateBounded<Task<V1.WriteResponse>>(UnderWayMax);
        Task answering = AnswerAsync();
        ExceptionDispatchInfo? wrong = null;
        try
        {
            await foreach (V1.WriteRequest request in requestStream.ReadAllAsync(ended.Token).ConfigureAwait(false))
            {
                // The next set is made when this one is; the disk takes many at once.
                Task<V1.WriteResponse> durable = await api.StartWriteAsync(request, caller, ended.Token)
                    .ConfigureAwait(false);
                await underWay.Writer.WriteAsync(durable, ended.Token).ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            // Sets before the wrong one are acknowledged first.
            wrong = ExceptionDispatchInfo.Capture(error);
        }

        underWay.Writer.TryComplete();
        await answering.ConfigureAwait(false);
        wrong?.Throw();

        async Task AnswerAsync()
        {
            try
            {
                await foreach (Task<V1.WriteResponse> one in underWay.Reader.ReadAllAsync(ended.Token).ConfigureAwait(false))
                {
                    await responseStream.WriteAsync(await one.ConfigureAwait(false), ended.Token).ConfigureAwait(false);
                }
            }
            catch
            {
                await ended.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    public override Task<V1.GetResponse> Get(V1.GetRequest request, ServerCallContext context)
        => api.GetAsync(request, context.Caller(), context.CancellationToken);

    public override Task<V1.ScrollResponse> Scroll(V1.ScrollRequest request, ServerCallContext context)
        => api.ScrollAsync(request, context.Caller(), context.CancellationToken);
}
