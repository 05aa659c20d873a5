using Grpc.Core;

namespace Linr.Client.Internal;

/// <summary>A call of the contract that has one request and one answer.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Start">Starts it.</param>
internal sealed record Call<TRequest, TResponse>(
    CallName Name, Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> Start);
