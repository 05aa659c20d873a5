using System.Net;
using Linr.Tests.Engine;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Rest;

/// <summary>Models and their rollout by REST.</summary>
public sealed class RestModelsTests : IAsyncLifetime
{
    private const string Items = "/v1/models/items";
    private readonly TemporaryFolder _folder = new();
    private readonly RandomItems _items = new(100, seed: 76);
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(_folder, _items);
        TestServer.WriteModel(_folder.File("files/next.linr"), _items, version: "next");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_version_is_loaded_routed_to_and_closed()
    {
        HttpClient http = _server.Http;
        V1.VersionInfo loading = await http.CallAsync<V1.VersionInfo>(
            "PUT", Items + "/versions/2", """{"file": "next.linr"}""", HttpStatusCode.Accepted);
        Assert.Equal("2", loading.Version);
        V1.ModelInfo model = await http.CallAsync<V1.ModelInfo>("GET", Items);
        while (model.Versions.Single(one => one.Version == "2").State
            is V1.VersionState.Loading or V1.VersionState.CatchingUp)
        {
            await Task.Delay(5);
            model = await http.CallAsync<V1.ModelInfo>("GET", Items);
        }

        V1.ModelInfo byGrpc = await _server.Models.GetModelAsync(new V1.GetModelRequest { Model = "items" });
        Assert.Equal(byGrpc, model);
        Assert.Equal("next", model.Versions.Single(one => one.Version == "2").ModelVersion);

        model = await http.CallAsync<V1.ModelInfo>("PUT", Items + "/canary", """{"version": "2", "percent": 12.5}""");
        Assert.Equal(("2", 12.5), (model.Canary.Version, model.Canary.Percent));
        Assert.Null((await http.CallAsync<V1.ModelInfo>("DELETE", Items + "/canary")).Canary);
        model = await http.CallAsync<V1.ModelInfo>("PUT", Items + "/shadow", """{"version": "2", "percent": 100}""");
        Assert.Equal("2", model.Shadow.Version);
        Assert.Null((await http.CallAsync<V1.ModelInfo>("DELETE", Items + "/shadow")).Shadow);
        model = await http.CallAsync<V1.ModelInfo>("POST", Items + "/promote", """{"version": "2"}""");
        Assert.Equal("2", model.Live);
        Assert.Equal("1", (await http.CallAsync<V1.ModelInfo>("POST", Items + "/rollback")).Live);

        V1.SnapshotResponse snapshot = await http.CallAsync<V1.SnapshotResponse>("POST", Items + "/snapshot");
        Assert.InRange(snapshot.Bytes, 1, long.MaxValue);
        model = await http.CallAsync<V1.ModelInfo>("DELETE", Items + "/versions/2?delete=true");
        Assert.Equal("1", Assert.Single(model.Versions).Version);
    }

    [Fact]
    public async Task An_alias_is_set_and_removed_and_a_model_too()
    {
        HttpClient http = _server.Http;
        V1.AliasInfo alias = await http.CallAsync<V1.AliasInfo>("PUT", "/v1/aliases/shop", """{"model": "items"}""");
        Assert.Equal(new V1.AliasInfo { Alias = "shop", Model = "items" }, alias);
        V1.ListModelsResponse all = await http.CallAsync<V1.ListModelsResponse>("GET", "/v1/models");
        Assert.Equal(alias, Assert.Single(all.Aliases));
        Assert.Equal("items", Assert.Single(all.Models).Name);
        Assert.Equal(100, (await http.CallAsync<V1.CountResponse>("POST", "/v1/models/shop/count")).Count);

        await http.FailAsync("DELETE", Items, json: null, HttpStatusCode.Conflict);
        await GoneAsync("/v1/aliases/shop");
        await GoneAsync(Items);
        await http.FailAsync("GET", Items, json: null, HttpStatusCode.NotFound);

        async Task GoneAsync(string path)
        {
            using HttpResponseMessage response = await http.SendAsync("DELETE", path, json: null);
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
            Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        }
    }
}
