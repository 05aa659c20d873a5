using System.Collections.Immutable;
using Linr.Engine.Batching;
using Linr.Engine.Store;
using Linr.Filters;
using Linr.Index.Log;
using Linr.ModelFile;
using Linr.Server.Models;
using Linr.Server.Security;
using Linr.Server.Security.Traffic;
using Linr.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Linr.Server.Api;

/// <summary>What a caller is told when a request fails.</summary>
/// <param name="Kind">In what way.</param>
/// <param name="Message">What was expected and what was found; never a path of this machine.</param>
/// <param name="Problems">All problems with the fields that they are of, where they are known one by one.</param>
internal sealed record ApiError(ErrorKind Kind, string Message, ImmutableArray<WireProblem> Problems)
{
    /// <summary>What to tell of an exception.</summary>
    public static ApiError Of(Exception exception) => exception switch
    {
        WireException wire => new(ErrorKind.InvalidArgument, wire.Message, wire.Problems),
        FilterException filter => new(
            ErrorKind.InvalidArgument,
            filter.Message,
            [.. filter.Problems.Select(one => new WireProblem("filter", one.ToString()))]),
        ItemException item => new(
            ErrorKind.InvalidArgument, item.Message, [.. item.Problems.Select(one => new WireProblem("changes", one))]),
        ModelException model => new(
            model.Kind switch
            {
                ModelProblem.Wrong => ErrorKind.InvalidArgument,
                ModelProblem.NotFound => ErrorKind.NotFound,
                ModelProblem.Exists => ErrorKind.AlreadyExists,
                ModelProblem.NoRoom => ErrorKind.NoRoom,
                _ => ErrorKind.FailedPrecondition,
            },
            model.Message,
            []),
        AccessException access => new(ErrorKind.PermissionDenied, access.Message, []),
        TrafficException => new(ErrorKind.ResourceExhausted, exception.Message, []),
        QueueFullException => new(ErrorKind.ResourceExhausted, exception.Message, []),
        TimeoutException => new(ErrorKind.DeadlineExceeded, exception.Message, []),
        OperationCanceledException => new(ErrorKind.Cancelled, "The request was cancelled.", []),
        ObjectDisposedException => new(ErrorKind.Unavailable, "The server, or the version asked for, is closing.", []),
        LogWriteException => new(
            ErrorKind.Unavailable, "The disk failed: changes may not be kept. The server's log says why.", []),
        ModelFormatException or StoreException or SchemaException
            => new(ErrorKind.FailedPrecondition, FileNames.Of(exception.Message), []),
        BadHttpRequestException bad => new(ErrorKind.InvalidArgument, bad.Message, []),
        ArgumentException => new(ErrorKind.InvalidArgument, exception.Message, []),
        IOException => new(ErrorKind.Unavailable, "The disk failed. The server's log says why.", []),
        _ => new(ErrorKind.Internal, "The server made a mistake. Its log says more.", []),
    };

    /// <summary>Whether the server's log should have the exception: the caller cannot mend it.</summary>
    public bool IsOurs => Kind is ErrorKind.Internal or ErrorKind.Unavailable;
}
