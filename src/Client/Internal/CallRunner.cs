using System.Diagnostics;
using Grpc.Core;

namespace Linr.Client.Internal;

/// <summary>
/// Makes calls: with their deadline, what says who calls, a name for the server's log and an activity; and turns what
/// goes wrong into <see cref="LinrException"/>.
/// </summary>
internal sealed class CallRunner(LinrClientOptions options, TimeProvider time)
{
    /// <summary>Makes a call that has one answer.</summary>
    /// <exception cref="LinrException">It failed.</exception>
    public async Task<TResponse> RunAsync<TRequest, TResponse>(
        Call<TRequest, TResponse> call,
        TRequest request,
        string? model,
        TimeSpan? timeout,
        CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        using Activity? activity = LinrTelemetry.Start(call.Name, model);
        string requestId = NewRequestId();
        StatusCode status = StatusCode.Unknown;
        try
        {
            CallOptions settings = await SettingsAsync(timeout ?? options.Timeout, requestId, cancellation)
                .ConfigureAwait(false);
            using AsyncUnaryCall<TResponse> running = call.Start(request, settings);
            TResponse response = await running.ResponseAsync.ConfigureAwait(false);
            status = StatusCode.OK;
            return response;
        }
        catch (RpcException error)
        {
            status = error.StatusCode;
            throw Translate(error, requestId, cancellation);
        }
        finally
        {
            LinrTelemetry.End(call.Name, activity, started, status);
        }
    }

    /// <summary>What a call is made with.</summary>
    public async ValueTask<CallOptions> SettingsAsync(
        TimeSpan timeout, string requestId, CancellationToken cancellation)
    {
        var headers = new Metadata { { CallHeaders.RequestId, requestId } };
        string? secret = options.GetToken is { } getToken
            ? await getToken(cancellation).ConfigureAwait(false) : options.ApiKey;
        if (secret is not null)
        {
            headers.Add(CallHeaders.Authorization, $"Bearer {secret}");
        }

        DateTime? deadline = timeout == Timeout.InfiniteTimeSpan ? null : time.GetUtcNow().UtcDateTime + timeout;
        return new CallOptions(headers, deadline, cancellation);
    }

    /// <summary>A name for a call in the server's log.</summary>
    public static string NewRequestId() => Guid.NewGuid().ToString("N");

    /// <summary>What the caller is told; that he cancelled, where he did.</summary>
    public static Exception Translate(RpcException error, string requestId, CancellationToken cancellation)
        => cancellation.IsCancellationRequested && error.StatusCode == StatusCode.Cancelled
            ? new OperationCanceledException("The call was cancelled.", error, cancellation)
            : LinrException.Of(error, requestId);
}
