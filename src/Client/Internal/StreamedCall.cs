using System.Diagnostics;
using Grpc.Core;

namespace Linr.Client.Internal;

/// <summary>A call with one request and many answers, which are read in order.</summary>
internal sealed class StreamedCall<TResponse> : IDisposable
{
    private readonly CallName _name;
    private readonly AsyncServerStreamingCall<TResponse> _call;
    private readonly Activity? _activity;
    private readonly string _requestId;
    private readonly long _started = Stopwatch.GetTimestamp();
    private StatusCode _status = StatusCode.Cancelled;

    private StreamedCall(
        CallName name, AsyncServerStreamingCall<TResponse> call, Activity? activity, string requestId)
    {
        _name = name;
        _call = call;
        _activity = activity;
        _requestId = requestId;
    }

    /// <summary>The answer that was read last.</summary>
    public TResponse Current => _call.ResponseStream.Current;

    /// <summary>Starts a call.</summary>
    public static async ValueTask<StreamedCall<TResponse>> StartAsync<TRequest>(
        CallRunner runner,
        CallName name,
        Func<TRequest, CallOptions, AsyncServerStreamingCall<TResponse>> start,
        TRequest request,
        string? model,
        CancellationToken cancellation)
    {
        string requestId = CallRunner.NewRequestId();
        CallOptions settings = await runner.SettingsAsync(Timeout.InfiniteTimeSpan, requestId, cancellation)
            .ConfigureAwait(false);
        Activity? activity = LinrTelemetry.Start(name, model);
        return new StreamedCall<TResponse>(name, start(request, settings), activity, requestId);
    }

    /// <summary>Reads the next answer; false: there is none.</summary>
    /// <exception cref="LinrException">The call failed.</exception>
    public async Task<bool> MoveNextAsync(CancellationToken cancellation)
    {
        try
        {
            bool hasNext = await _call.ResponseStream.MoveNext(cancellation).ConfigureAwait(false);
            _status = hasNext ? _status : StatusCode.OK;
            return hasNext;
        }
        catch (RpcException error)
        {
            _status = error.StatusCode;
            throw CallRunner.Translate(error, _requestId, cancellation);
        }
    }

    /// <summary>Ends the call, cancelled where answers are left.</summary>
    public void Dispose()
    {
        LinrTelemetry.End(_name, _activity, _started, _status);
        _activity?.Dispose();
        _call.Dispose();
    }
}
