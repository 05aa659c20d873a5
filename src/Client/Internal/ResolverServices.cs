using Grpc.Net.Client.Balancer;

namespace Linr.Client.Internal;

/// <summary>Gives a channel the one service that it asks for: what knows its addresses.</summary>
/// <param name="factory">It.</param>
internal sealed class ResolverServices(ResolverFactory factory) : IServiceProvider
{
    public object? GetService(Type serviceType)
        => serviceType == typeof(IEnumerable<ResolverFactory>) ? new[] { factory } : null;
}
