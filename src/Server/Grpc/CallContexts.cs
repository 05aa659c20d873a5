using Grpc.Core;
using Linr.Server.Security;

namespace Linr.Server.Grpc;

/// <summary>What the services read of a call.</summary>
internal static class CallContexts
{
    /// <summary>Who calls.</summary>
    public static Caller Caller(this ServerCallContext context) => context.GetHttpContext().Caller();
}
