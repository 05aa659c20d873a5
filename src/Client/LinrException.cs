using System.Collections.Immutable;
using Google.Rpc;
using Grpc.Core;

namespace Linr.Client;

/// <summary>A call failed: the service said so, or it could not be reached.</summary>
public sealed class LinrException : Exception
{
    internal LinrException(
        StatusCode status,
        string message,
        ImmutableArray<LinrProblem> problems = default,
        string? requestId = null,
        Exception? inner = null)
        : base(message, inner)
    {
        Status = status;
        Problems = problems.IsDefault ? [] : problems;
        RequestId = requestId;
    }

    /// <summary>
    /// In what way: <see cref="StatusCode.InvalidArgument"/> where the request is wrong,
    /// <see cref="StatusCode.Unavailable"/> where no server could be reached,
    /// <see cref="StatusCode.DeadlineExceeded"/> where it took too long.
    /// </summary>
    public StatusCode Status { get; }

    /// <summary>Every problem with its field, where the service told them one by one.</summary>
    public ImmutableArray<LinrProblem> Problems { get; }

    /// <summary>What names the call in the server's log; null where it was one of many in a batch.</summary>
    public string? RequestId { get; }

    /// <summary>Whether the same call may succeed later.</summary>
    public bool IsTransient
        => Status is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.DeadlineExceeded;

    /// <summary>What a failed call says.</summary>
    internal static LinrException Of(RpcException error, string requestId)
    {
        BadRequest? details = error.GetRpcStatus()?.GetDetail<BadRequest>();
        return new LinrException(
            error.StatusCode,
            error.Status.Detail.Length > 0 ? error.Status.Detail : $"The call failed: {error.StatusCode}.",
            details is null
                ? [] : [.. details.FieldViolations.Select(one => new LinrProblem(one.Field, one.Description))],
            error.Trailers.GetValue(Internal.CallHeaders.RequestId) ?? requestId,
            error);
    }
}
