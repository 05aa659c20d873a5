namespace Linr.Server.Security;

/// <summary>What an endpoint that is no call of the contract needs.</summary>
/// <param name="Needed">The scopes; none: it is open to all.</param>
internal sealed record ScopeMetadata(Scopes Needed);
