namespace Linr.Server.Security;

/// <summary>What an endpoint needs that is no call of the contract.</summary>
/// <param name="Needed">What its caller may do; <see cref="Scopes.None"/>: it answers everybody.</param>
/// <param name="OfAllModels">Whether it tells of all models, so that its caller must be one who may use them all.</param>
internal sealed record ScopeMetadata(Scopes Needed, bool OfAllModels = false);
