using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Linr.Server.Api;
using Linr.Server.Security.Traffic;
using Microsoft.Extensions.Logging;

namespace Linr.Server.Grpc;

/// <summary>
/// Tells callers what went wrong: a status with its message, and in <c>google.rpc.BadRequest</c> every field that is
/// wrong. What the caller cannot mend goes to the log.
/// </summary>
internal sealed partial class ErrorInterceptor(ILogger<ErrorInterceptor> log) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Told(error, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Told(error, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Told(error, context);
        }
    }

    private RpcException Told(Exception exception, ServerCallContext context)
    {
        exception = CallTime.Explain(context.GetHttpContext(), exception);
        var error = ApiError.Of(exception);
        if (error.IsOurs)
        {
            LogFailure(exception, context.Method);
        }

        var status = new Google.Rpc.Status { Code = (int)GrpcStatus.Of(error.Kind), Message = error.Message };
        if (!error.Problems.IsEmpty)
        {
            var details = new BadRequest();
            details.FieldViolations.AddRange(error.Problems.Select(
                one => new BadRequest.Types.FieldViolation { Field = one.Field, Description = one.Message }));
            status.Details.Add(Any.Pack(details));
        }

        if (error.Kind == ErrorKind.NoRoom)
        {
            // The status alone says "try again", which helps nobody here.
            status.Details.Add(Any.Pack(new ErrorInfo { Reason = "NO_ROOM", Domain = "linr" }));
        }

        return status.ToRpcException();
    }

    [LoggerMessage(EventId = 201, Level = LogLevel.Error, Message = "{Method} failed.")]
    private partial void LogFailure(Exception error, string method);
}
