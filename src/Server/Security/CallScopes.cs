using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Grpc.AspNetCore.Server;

namespace Linr.Server.Security;

/// <summary>
/// What each call needs, whatever carries it. A call that is not here is refused, and a test holds the table against
/// the contract.
/// </summary>
internal static class CallScopes
{
    private static readonly FrozenDictionary<string, Scopes> s_needed = new Dictionary<string, Scopes>
    {
        ["linr.v1.Retrieval/Search"] = Scopes.Read,
        ["linr.v1.Retrieval/SearchBatch"] = Scopes.Read,
        ["linr.v1.Retrieval/SearchStream"] = Scopes.Read,
        ["linr.v1.Retrieval/Explain"] = Scopes.Read,
        ["linr.v1.Retrieval/Count"] = Scopes.Read,
        ["linr.v1.Retrieval/PrepareFilter"] = Scopes.Read,
        ["linr.v1.Items/Write"] = Scopes.Write,
        ["linr.v1.Items/WriteStream"] = Scopes.Write,
        ["linr.v1.Items/Get"] = Scopes.Read,
        ["linr.v1.Items/Scroll"] = Scopes.Read,
        ["linr.v1.Models/ListModels"] = Scopes.Read,
        ["linr.v1.Models/GetModel"] = Scopes.Read,
        ["linr.v1.Models/LoadVersion"] = Scopes.Admin,
        ["linr.v1.Models/UnloadVersion"] = Scopes.Admin,
        ["linr.v1.Models/DeleteModel"] = Scopes.Admin,
        ["linr.v1.Models/SetShadow"] = Scopes.Admin,
        ["linr.v1.Models/SetCanary"] = Scopes.Admin,
        ["linr.v1.Models/Promote"] = Scopes.Admin,
        ["linr.v1.Models/Rollback"] = Scopes.Admin,
        ["linr.v1.Models/SetAlias"] = Scopes.Admin,
        ["linr.v1.Models/DeleteAlias"] = Scopes.Admin,
        ["linr.v1.Models/Snapshot"] = Scopes.Admin,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>All calls of the contract that are known, such as <c>linr.v1.Items/Write</c>.</summary>
    public static IEnumerable<string> Calls => s_needed.Keys;

    /// <summary>What a call needs; null where it is not known.</summary>
    public static Scopes? Find(string call) => s_needed.TryGetValue(call, out Scopes needed) ? needed : null;

    /// <summary>The call of the contract that an endpoint is; null where it is none.</summary>
    public static string? CallOf(Endpoint? endpoint)
        => endpoint?.Metadata.GetMetadata<CallMetadata>()?.Call
            ?? endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName[1..];
}
