using System.Collections.Frozen;
using System.Collections.Immutable;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Linr.Server.Models;
using Microsoft.AspNetCore.Http;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Rest;

/// <summary>All routes: what is served, what its document says and what tests go through.</summary>
internal static class RestRoutes
{
    private const string Model = "/v1/models/{model}";
    private const string Item = Model + "/items/{id}";
    private const string Version = Model + "/versions/{version}";
    private const string Alias = "/v1/aliases/{alias}";
    private static readonly ServiceDescriptor s_retrieval = V1.Retrieval.Descriptor;
    private static readonly ServiceDescriptor s_items = V1.Items.Descriptor;
    private static readonly ServiceDescriptor s_models = V1.Models.Descriptor;

    /// <summary>All of them, searches first.</summary>
    public static ImmutableArray<RestRoute> All { get; } =
    [
        Post<V1.SearchRequest>(Model + "/search", s_retrieval, "Search", async (apis, request, caller, cancellation)
            => await apis.Search.SearchAsync(request, caller, cancellation).ConfigureAwait(false)),
        Batch(),
        Stream(),
        Post<V1.SearchRequest>(Model + "/explain", s_retrieval, "Explain", async (apis, request, caller, cancellation)
            => await apis.Search.SearchAsync(request, caller, cancellation, explains: true).ConfigureAwait(false)),
        Post<V1.CountRequest>(Model + "/count", s_retrieval, "Count", async (apis, request, caller, cancellation)
            => await apis.Search.CountAsync(request, caller, cancellation).ConfigureAwait(false)) with
        {
            BodyIsOptional = true,
        },
        Post<V1.PrepareFilterRequest>(Model + "/filters", s_retrieval, "PrepareFilter", (apis, request, caller, _)
            => Now(apis.Search.PrepareFilter(request, caller))),

        Post<V1.WriteRequest>(Model + "/items", s_items, "Write", async (apis, request, caller, cancellation)
            => await apis.Items.WriteAsync(request, caller, cancellation).ConfigureAwait(false)),
        Post<V1.GetRequest>(Model + "/items/get", s_items, "Get", async (apis, request, caller, cancellation)
            => await apis.Items.GetAsync(request, caller, cancellation).ConfigureAwait(false)),
        Post<V1.ScrollRequest>(Model + "/items/scroll", s_items, "Scroll", async (apis, request, caller, cancellation)
            => await apis.Items.ScrollAsync(request, caller, cancellation).ConfigureAwait(false)) with
        {
            BodyIsOptional = true,
        },
        GetItem(),
        WriteItem(
            "putItem",
            HttpMethods.Put,
            "The item is as given from now on.",
            change => change.Upsert = new V1.Item()),
        WriteItem(
            "patchItem",
            HttpMethods.Patch,
            "These fields and embeddings replace those that the item has; a field without values is removed.",
            change => change.Update = new V1.Item()),
        DeleteItem(),

        Route<V1.ListModelsRequest>(HttpMethods.Get, "/v1/models", s_models, "ListModels", (apis, _, caller, _)
            => Now(apis.Models.List(caller))),
        Route<V1.GetModelRequest>(HttpMethods.Get, Model, s_models, "GetModel", (apis, request, caller, _)
            => Now(apis.Models.Get(request.Model, caller))),
        Route<V1.DeleteModelRequest>(
            HttpMethods.Delete, Model, s_models, "DeleteModel", async (apis, request, caller, _)
                => await apis.Models.DeleteAsync(request, caller).ConfigureAwait(false)) with
        {
            Status = StatusCodes.Status204NoContent,
        },
        WithBody<V1.LoadVersionRequest>(HttpMethods.Put, Version, s_models, "LoadVersion", (apis, request, caller, _)
            => Now(apis.Models.Load(request, caller))) with
        {
            BodyIsOptional = true, Status = StatusCodes.Status202Accepted,
        },
        Route<V1.UnloadVersionRequest>(
            HttpMethods.Delete, Version, s_models, "UnloadVersion", async (apis, request, caller, _)
                => await apis.Models.UnloadAsync(request, caller).ConfigureAwait(false)) with
        {
            Query = ["delete"],
        },
        WithBody<V1.SetCanaryRequest>(HttpMethods.Put, Model + "/canary", s_models, "SetCanary", SetCanaryAsync),
        Route<V1.SetCanaryRequest>(HttpMethods.Delete, Model + "/canary", s_models, "SetCanary", SetCanaryAsync) with
        {
            Name = "clearCanary",
            Summary = "The live version answers all routing keys again.",
        },
        WithBody<V1.SetShadowRequest>(HttpMethods.Put, Model + "/shadow", s_models, "SetShadow", SetShadowAsync),
        Route<V1.SetShadowRequest>(HttpMethods.Delete, Model + "/shadow", s_models, "SetShadow", SetShadowAsync) with
        {
            Name = "clearShadow",
            Summary = "No searches are mirrored any more.",
        },
        Post<V1.PromoteRequest>(Model + "/promote", s_models, "Promote", async (apis, request, caller, cancellation)
            => await apis.Models.PromoteAsync(request, caller, cancellation).ConfigureAwait(false)),
        Route<V1.RollbackRequest>(
            HttpMethods.Post, Model + "/rollback", s_models, "Rollback", async (apis, request, caller, cancellation)
                => await apis.Models.RollbackAsync(request, caller, cancellation).ConfigureAwait(false)),
        Post<V1.SnapshotRequest>(Model + "/snapshot", s_models, "Snapshot", async (apis, request, caller, cancellation)
            => await apis.Models.SnapshotAsync(request, caller, cancellation).ConfigureAwait(false)) with
        {
            BodyIsOptional = true,
        },
        WithBody<V1.SetAliasRequest>(HttpMethods.Put, Alias, s_models, "SetAlias", (apis, request, caller, _)
            => Now(apis.Models.SetAlias(request, caller))),
        Route<V1.DeleteAliasRequest>(HttpMethods.Delete, Alias, s_models, "DeleteAlias", (apis, request, caller, _)
            => Now(apis.Models.DeleteAlias(request, caller))) with
        {
            Status = StatusCodes.Status204NoContent,
        },
    ];

    private delegate Task<IMessage> Caller<in T>(
        RestApis apis, T request, Security.Caller caller, CancellationToken cancellation);

    private static RestRoute Post<T>(string path, ServiceDescriptor service, string rpc, Caller<T> call)
        where T : IMessage, new()
        => WithBody(HttpMethods.Post, path, service, rpc, call);

    private static RestRoute WithBody<T>(
        string verb, string path, ServiceDescriptor service, string rpc, Caller<T> call)
        where T : IMessage, new()
        => Route(verb, path, service, rpc, call) with { Body = request => request };

    private static RestRoute Route<T>(string verb, string path, ServiceDescriptor service, string rpc, Caller<T> call)
        where T : IMessage, new()
    {
        MethodDescriptor method = service.FindMethodByName(rpc);
        var route = new RestRoute(verb, path, method)
        {
            Create = () => new T(),
            Bind = BindFields,
            Elsewhere = FrozenSet<FieldDescriptor>.Empty,
            Answer = method.OutputType,
            Call = (apis, request, caller, cancellation) => call(apis, (T)request, caller, cancellation),
        };
        return route with
        {
            Elsewhere = route.PathParameters.Select(name => method.InputType.FindFieldByName(name))
                .Where(field => field is not null).ToFrozenSet(),
        };
    }

    private static RestRoute Batch()
    {
        RestRoute route = Post<V1.SearchBatchRequest>(
            Model + "/search-batch", s_retrieval, "SearchBatch", async (apis, request, caller, cancellation)
                => await apis.Search.SearchBatchAsync(request, caller, cancellation).ConfigureAwait(false));
        return route with
        {
            Elsewhere = [V1.SearchRequest.Descriptor.FindFieldByName("model")],
            Bind = (request, path) =>
            {
                foreach (V1.SearchRequest search in ((V1.SearchBatchRequest)request).Searches)
                {
                    search.Model = path["model"];
                }
            },
        };
    }

    private static RestRoute Stream()
    {
        RestRoute route = Post<V1.SearchRequest>(
            Model + "/search-stream", s_retrieval, "SearchStream", (_, _, _, _) => Task.FromResult<IMessage>(null!));
        return route with
        {
            Call = null,
            Stream = (apis, request, caller, cancellation)
                => apis.Search.SearchStreamAsync((V1.SearchRequest)request, caller, cancellation),
        };
    }

    private static RestRoute GetItem()
    {
        RestRoute route = Route<V1.GetRequest>(
            HttpMethods.Get, Item, s_items, "Get", async (apis, request, caller, cancellation) =>
            {
                V1.GetResponse found = await apis.Items.GetAsync(request, caller, cancellation).ConfigureAwait(false);
                return found.Items.Count == 1 ? found.Items[0]
                    : throw ModelException.NotFound($"Expected an item of {request.Model}; found none with this id.");
            });
        return route with
        {
            Query = ["fields", "with_embeddings", "after"],
            Answer = V1.Item.Descriptor,
            Name = "getItem",
            Summary = "One item by its id.",
            Bind = (request, path) =>
            {
                BindFields(request, path);
                ((V1.GetRequest)request).Ids.Add(new V1.ItemId { Text = path["id"] });
            },
        };
    }

    private static RestRoute WriteItem(string name, string verb, string summary, Action<V1.Change> form)
        => OneChange(verb, form) with
        {
            Name = name,
            Summary = summary,
            Body = request => ItemOf(((V1.WriteRequest)request).Changes[0]),
            BodyName = "ItemContent",
            Elsewhere = [V1.Item.Descriptor.FindFieldByName("id")],
            Bind = (request, path) =>
            {
                BindFields(request, path);
                ItemOf(((V1.WriteRequest)request).Changes[0]).Id = new V1.ItemId { Text = path["id"] };
            },
        };

    private static RestRoute DeleteItem()
        => OneChange(HttpMethods.Delete, change => change.Delete = new V1.ItemId()) with
        {
            Name = "deleteItem",
            Summary = "Deletes one item; that it was not there is said by `missing`.",
            Bind = (request, path) =>
            {
                BindFields(request, path);
                ((V1.WriteRequest)request).Changes[0].Delete.Text = path["id"];
            },
        };

    private static RestRoute OneChange(string verb, Action<V1.Change> form)
        => Route<V1.WriteRequest>(verb, Item, s_items, "Write", async (apis, request, caller, cancellation)
            => await apis.Items.WriteAsync(request, caller, cancellation).ConfigureAwait(false)) with
        {
            Create = () =>
            {
                var change = new V1.Change();
                form(change);
                return new V1.WriteRequest { Changes = { change } };
            },
            Query = ["version"],
            QueryTarget = request => ((V1.WriteRequest)request).Changes[0],
        };

    private static V1.Item ItemOf(V1.Change change)
        => change.ChangeCase == V1.Change.ChangeOneofCase.Upsert ? change.Upsert : change.Update;

    private static void BindFields(IMessage request, IReadOnlyDictionary<string, string> path)
    {
        foreach ((string name, string value) in path)
        {
            request.Descriptor.FindFieldByName(name)?.Accessor.SetValue(request, value);
        }
    }

    private static async Task<IMessage> SetCanaryAsync(
        RestApis apis, V1.SetCanaryRequest request, Security.Caller caller, CancellationToken cancellation)
        => await apis.Models.SetCanaryAsync(request, caller, cancellation).ConfigureAwait(false);

    private static async Task<IMessage> SetShadowAsync(
        RestApis apis, V1.SetShadowRequest request, Security.Caller caller, CancellationToken cancellation)
        => await apis.Models.SetShadowAsync(request, caller, cancellation).ConfigureAwait(false);

    private static Task<IMessage> Now(IMessage answer) => Task.FromResult(answer);
}
