namespace Linr.Server.Api;

/// <summary>The kinds of errors that callers are told of, each with its gRPC and HTTP status.</summary>
internal enum ErrorKind
{
    Internal,
    InvalidArgument,
    NotFound,
    AlreadyExists,
    FailedPrecondition,
    ResourceExhausted,
    NoRoom,
    DeadlineExceeded,
    Cancelled,
    Unavailable,
    Unauthenticated,
    PermissionDenied,
}
