namespace Linr.Client;

/// <summary>What a set of changes did. It is on the server's disk, and the next search finds it.</summary>
/// <param name="Upserted">Items that are as given now.</param>
/// <param name="Updated">Items of which some values were replaced.</param>
/// <param name="Deleted">Items that are gone.</param>
/// <param name="Stale">
/// Changes without effect, because a version as high came before; so did those that this set made itself, where a retry
/// sent it twice.
/// </param>
/// <param name="Missing">Deletes of items that were not there.</param>
/// <param name="State">The token of the state that has the changes, for <c>After</c> of requests.</param>
public sealed record WriteResult(int Upserted, int Updated, int Deleted, int Stale, int Missing, string State);
