using Grpc.Core;
using Linr.Server.Security;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Security;

/// <summary>
/// Every call of the contract, with what it must ask of its caller. It is written by hand, and not taken from the
/// server: a call that is added there needs a line here.
/// </summary>
internal static class CallTable
{
    /// <summary>A model that no server of these tests has: whoever may ask for it is told so, and nothing changes.</summary>
    public const string Model = "gone";

    public static IReadOnlyDictionary<string, CallRow> Rows { get; } = new CallRow[]
    {
        new("linr.v1.Retrieval/Search", Scopes.Read, new V1.SearchRequest { Model = Model }),
        new("linr.v1.Retrieval/SearchBatch", Scopes.Read, new V1.SearchBatchRequest
        {
            Searches = { new V1.SearchRequest { Model = Model } },
        })
        {
            // A wrong search of a batch fails alone.
            Answer = StatusCode.OK,
        },
        new("linr.v1.Retrieval/SearchStream", Scopes.Read, new V1.SearchRequest { Model = Model }),
        new("linr.v1.Retrieval/Explain", Scopes.Read, new V1.SearchRequest { Model = Model }),
        new("linr.v1.Retrieval/Count", Scopes.Read, new V1.CountRequest { Model = Model }),
        new("linr.v1.Retrieval/PrepareFilter", Scopes.Read, new V1.PrepareFilterRequest
        {
            Model = Model, Text = "year = 1",
        }),
        new("linr.v1.Items/Write", Scopes.Write, Write()),
        new("linr.v1.Items/WriteStream", Scopes.Write, Write()),
        new("linr.v1.Items/Get", Scopes.Read, new V1.GetRequest { Model = Model, Ids = { new V1.ItemId { Text = "a" } } }),
        new("linr.v1.Items/Scroll", Scopes.Read, new V1.ScrollRequest { Model = Model }),
        new("linr.v1.Models/ListModels", Scopes.Read, new V1.ListModelsRequest())
        {
            // Each is told of his own.
            NamesModel = false, Answer = StatusCode.OK,
        },
        new("linr.v1.Models/GetModel", Scopes.Read, new V1.GetModelRequest { Model = Model }),
        new("linr.v1.Models/LoadVersion", Scopes.Admin, new V1.LoadVersionRequest
        {
            Model = Model, Version = "1", File = "none.linr",
        }),
        new("linr.v1.Models/UnloadVersion", Scopes.Admin, new V1.UnloadVersionRequest { Model = Model, Version = "1" }),
        new("linr.v1.Models/DeleteModel", Scopes.Admin, new V1.DeleteModelRequest { Model = Model }),
        new("linr.v1.Models/SetShadow", Scopes.Admin, new V1.SetShadowRequest
        {
            Model = Model, Version = "1", Percent = 1,
        }),
        new("linr.v1.Models/SetCanary", Scopes.Admin, new V1.SetCanaryRequest
        {
            Model = Model, Version = "1", Percent = 1,
        }),
        new("linr.v1.Models/Promote", Scopes.Admin, new V1.PromoteRequest { Model = Model, Version = "1" }),
        new("linr.v1.Models/Rollback", Scopes.Admin, new V1.RollbackRequest { Model = Model }),
        new("linr.v1.Models/SetAlias", Scopes.Admin, new V1.SetAliasRequest { Alias = "other", Model = Model }),
        // Of an alias that there is its model decides; that there is none any administrator is told.
        new("linr.v1.Models/DeleteAlias", Scopes.Admin, new V1.DeleteAliasRequest { Alias = Model }) { NamesModel = false },
        new("linr.v1.Models/Snapshot", Scopes.Admin, new V1.SnapshotRequest { Model = Model }),
    }.ToDictionary(row => row.Call);

    /// <summary>Every endpoint that is no call of the contract, by its route.</summary>
    public static IReadOnlyDictionary<string, Scopes> Others { get; } = new Dictionary<string, Scopes>
    {
        ["/v1/stats"] = Scopes.Read,
        ["/metrics"] = Scopes.Read,
        ["/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"] = Scopes.Read,
        ["/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"] = Scopes.Read,
        ["/grpc.health.v1.Health/Check"] = Scopes.None,
        ["/grpc.health.v1.Health/Watch"] = Scopes.None,
        ["/health/live"] = Scopes.None,
        ["/health/ready"] = Scopes.None,
        ["/health/startup"] = Scopes.None,
        ["/openapi/v1.json"] = Scopes.None,
        ["/"] = Scopes.None,
    };

    private static V1.WriteRequest Write() => new()
    {
        Model = Model, Changes = { new V1.Change { Delete = new V1.ItemId { Text = "a" } } },
    };
}
