using Microsoft.AspNetCore.Builder;

namespace Linr.Server.Security;

/// <summary>Says what endpoints need. One that says nothing needs <see cref="Scopes.Admin"/>.</summary>
internal static class EndpointScopes
{
    /// <summary>The endpoint is a call of the contract: it needs what the call needs.</summary>
    public static T IsCall<T>(this T builder, string call)
        where T : IEndpointConventionBuilder
        => builder.WithMetadata(new CallMetadata(call));

    /// <summary>The endpoint needs a scope.</summary>
    public static T Needs<T>(this T builder, Scopes scopes, bool ofAllModels = false)
        where T : IEndpointConventionBuilder
        => builder.WithMetadata(new ScopeMetadata(scopes, ofAllModels));

    /// <summary>The endpoint answers everybody.</summary>
    public static T IsOpen<T>(this T builder)
        where T : IEndpointConventionBuilder
        => builder.Needs(Scopes.None);
}
