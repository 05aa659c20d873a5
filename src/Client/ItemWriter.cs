using System.Diagnostics;
using System.Threading.Channels;
using Grpc.Core;
using Linr.Client.Internal;
using Linr.Client.Wire;
using V1 = Linr.Protocol.V1;

namespace Linr.Client;

/// <summary>
/// A stream of sets of changes to one model. Sets are made in the order in which they were sent, and answered when they
/// are on the server's disk. At most <see cref="UnderWayMax"/> are under way: more wait. A set that is wrong ends the
/// stream; what was sent behind it is not made. Safe for concurrent callers.
/// </summary>
public sealed class ItemWriter : IAsyncDisposable
{
    /// <summary>Sets that were sent and are not yet answered, at most.</summary>
    public const int UnderWayMax = 64;

    private readonly string _model;
    private readonly AsyncDuplexStreamingCall<V1.WriteRequest, V1.WriteResponse> _call;
    private readonly Activity? _activity;
    private readonly CallName _name;
    private readonly string _requestId;
    private readonly WrittenStates _states;
    private readonly long _started = Stopwatch.GetTimestamp();

    // Never disposed: whoever waits is let through when the stream ends.
    private readonly SemaphoreSlim _room = new(UnderWayMax);
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Channel<TaskCompletionSource<WriteResult>> _underWay =
        Channel.CreateUnbounded<TaskCompletionSource<WriteResult>>();

    private readonly Task _answering;
    private volatile LinrException? _ended;

    internal ItemWriter(
        string model,
        AsyncDuplexStreamingCall<V1.WriteRequest, V1.WriteResponse> call,
        Activity? activity,
        CallName name,
        string requestId,
        WrittenStates states)
    {
        _model = model;
        _call = call;
        _activity = activity;
        _name = name;
        _requestId = requestId;
        _states = states;
        _answering = AnswerAsync();
    }

    /// <summary>Sends a set and waits until it is on the server's disk.</summary>
    /// <param name="changes">The changes, made in one step.</param>
    /// <param name="cancellation">Cancels the waiting; a set that was sent is made even so.</param>
    /// <exception cref="LinrException">The set, or one before it, failed; the stream has ended.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<WriteResult> WriteAsync(
        IReadOnlyCollection<ItemChange> changes, CancellationToken cancellation = default)
    {
        Task<WriteResult> durable = await StartAsync(changes, cancellation).ConfigureAwait(false);
        return await durable.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends a set; ends when it is sent, and the task in it when the set is on the server's disk.</summary>
    /// <param name="changes">The changes, made in one step.</param>
    /// <param name="cancellation">Cancels the waiting for room.</param>
    /// <exception cref="LinrException">A set before it failed; the stream has ended.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and not sent.</exception>
    public async Task<Task<WriteResult>> StartAsync(
        IReadOnlyCollection<ItemChange> changes, CancellationToken cancellation = default)
    {
        V1.WriteRequest request = ItemWire.Write(_model, changes);
        await _room.WaitAsync(cancellation).ConfigureAwait(false);
        bool hasTurn = false;
        bool isUnderWay = false;
        try
        {
            await _sending.WaitAsync(cancellation).ConfigureAwait(false);
            hasTurn = true;
            var answer = new TaskCompletionSource<WriteResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            // It waits for its answer before it is sent, so that the answer finds it.
            isUnderWay = _underWay.Writer.TryWrite(answer);
            if (!isUnderWay)
            {
                throw _ended ?? Completed();
            }

            await SendAsync(request).ConfigureAwait(false);
            return answer.Task;
        }
        finally
        {
            if (hasTurn)
            {
                _sending.Release();
            }

            if (!isUnderWay)
            {
                _room.Release();
            }
        }
    }

    /// <summary>Says that nothing follows, and waits until all that was sent is on the server's disk.</summary>
    /// <exception cref="LinrException">A set failed.</exception>
    public async Task CompleteAsync()
    {
        await _sending.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_underWay.Writer.TryComplete())
            {
                await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException)
        {
            // The call has ended, and what reads its answers knows why.
        }
        finally
        {
            _sending.Release();
        }

        await _answering.ConfigureAwait(false);
        if (_ended is { } ended)
        {
            throw ended;
        }
    }

    /// <summary>Ends the stream. Sets that were sent and not answered may be made or not.</summary>
    public async ValueTask DisposeAsync()
    {
        _call.Dispose();
        await _answering.ConfigureAwait(false);
        _activity?.Dispose();
    }

    private async Task SendAsync(V1.WriteRequest request)
    {
        try
        {
            await _call.RequestStream.WriteAsync(request).ConfigureAwait(false);
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException or OperationCanceledException)
        {
            // The call has ended; its last answer says why.
            await _answering.ConfigureAwait(false);
            throw _ended ?? new LinrException(StatusCode.Unavailable, error.Message, [], _requestId, error);
        }
    }

    private async Task AnswerAsync()
    {
        LinrException? failure = null;
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                if (!_underWay.Reader.TryRead(out TaskCompletionSource<WriteResult>? answer))
                {
                    failure = AnswerWire.Wrong("an answer a set", "one more");
                    break;
                }

                WriteResult result = ItemWire.Read(_call.ResponseStream.Current);
                _states.Add(_model, result.State);
                _room.Release();
                answer.SetResult(result);
            }
        }
        catch (RpcException error)
        {
            failure = LinrException.Of(error, _requestId);
        }
        catch (ObjectDisposedException error)
        {
            failure = new LinrException(StatusCode.Cancelled, "The stream was disposed.", [], _requestId, error);
        }

        End(failure);
    }

    private void End(LinrException? failure)
    {
        LinrTelemetry.End(_name, _activity, _started, failure?.Status ?? StatusCode.OK);
        _ended = failure;
        _underWay.Writer.TryComplete();
        while (_underWay.Reader.TryRead(out TaskCompletionSource<WriteResult>? answer))
        {
            _room.Release();
            answer.SetException(failure ?? Completed());
            // Whoever only started it is told by what he awaits next.
            _ = answer.Task.Exception;
        }
    }

    private LinrException Completed()
        => new(
            StatusCode.FailedPrecondition, "The stream has ended: nothing follows what completed it.", [], _requestId);
}
