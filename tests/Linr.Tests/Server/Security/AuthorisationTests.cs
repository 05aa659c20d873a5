using System.Net;
using System.Text.Json;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Linr.Server.Rest;
using Linr.Server.Security;
using Linr.Tests.Server.Rest;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Security;

/// <summary>Each call by each caller, by gRPC and by REST, on a socket with TLS.</summary>
public sealed class AuthorisationTests(SecuredServer server) : IClassFixture<SecuredServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // A browser has no key yet when it opens them; the calls that they make are asked for one.
    private static readonly string[] s_openPages = ["/reference", "/console/"];

    [Fact]
    public void Every_call_of_the_contract_is_in_the_table()
    {
        Assert.Equal(
            RawCall.All().Select(rpc => $"{rpc.Service.FullName}/{rpc.Name}").Order(StringComparer.Ordinal),
            CallTable.Rows.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            CallTable.Rows.Keys.Order(StringComparer.Ordinal), CallScopes.Calls.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_endpoint_is_in_the_table()
    {
        IEnumerable<RouteEndpoint> endpoints = server.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .OfType<RouteEndpoint>();
        var found = new HashSet<string>();
        foreach (RouteEndpoint endpoint in endpoints)
        {
            string route = endpoint.RoutePattern.RawText!;
            string? call = endpoint.Metadata.GetMetadata<RestRoute>()?.CallName
                ?? endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName[1..];
            bool isUnknown = route.Contains("{unimplemented", StringComparison.Ordinal);
            Scopes expected = call is not null && CallTable.Rows.TryGetValue(call, out CallRow? row) ? row.Needed
                : isUnknown || s_openPages.Any(page => route.StartsWith(page, StringComparison.Ordinal)) ? Scopes.None
                : CallTable.Others.TryGetValue(route, out Scopes other) ? other
                : throw new InvalidOperationException($"{route} is not in the table.");
            found.Add(route);
            Assert.True(expected == AccessGate.NeededBy(endpoint), $"{route}: {AccessGate.NeededBy(endpoint)}");
        }

        Assert.Superset(CallTable.Others.Keys.ToHashSet(), found);
    }

    [Fact]
    public async Task Each_call_by_gRPC_by_each_caller()
    {
        var wrong = new List<string>();
        int calls = 0;
        foreach (TestCaller caller in server.Callers)
        {
            using GrpcChannel channel = server.Channel(caller);
            CallInvoker invoker = channel.CreateCallInvoker();
            foreach (CallRow row in CallTable.Rows.Values)
            {
                (Status status, _, _) = await invoker.SendAsync(
                    row.Call, row.Request, SecuredServer.MetadataOf(caller), Cancellation);
                calls++;
                if (caller.IsCutOff)
                {
                    // Where the cut falls decides about its name; no server has said it.
                    bool isCut = status is { StatusCode: StatusCode.Unavailable or StatusCode.Internal, DebugException: not null };
                    Assert.True(isCut, $"{caller}: {status}");
                    break;
                }

                StatusCode expected = row.AnswerTo(caller);
                if (status.StatusCode != expected)
                {
                    wrong.Add($"{caller}: {row.Call}: expected {expected}; found {status}");
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(calls > 800, $"{calls} calls");
    }

    [Fact]
    public async Task Each_route_by_each_caller()
    {
        var wrong = new List<string>();
        foreach (TestCaller caller in server.Callers)
        {
            using HttpClient http = server.Http(caller);
            foreach (RestRoute route in RestRoutes.All)
            {
                (HttpStatusCode? status, string? type) = await SendAsync(http, route);
                string expected = caller.IsCutOff ? "" : Expected(CallTable.Rows[route.CallName].AnswerTo(caller));
                string found = caller.IsCutOff ? $"{type}" : $"{(int)status!} {type}";
                if (found != expected)
                {
                    wrong.Add($"{caller}: {route.Verb} {route.Path}: expected {expected}; found {found}");
                }

                if (caller.IsCutOff)
                {
                    break;
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Each_other_endpoint_by_each_caller()
    {
        var wrong = new List<string>();
        string[] paths = [.. CallTable.Others.Keys.Where(path => !path.StartsWith("/grpc", StringComparison.Ordinal))];
        foreach (TestCaller caller in server.Callers.Where(one => !one.IsCutOff))
        {
            using HttpClient http = server.Http(caller);
            foreach (string path in paths.Append("/reference"))
            {
                Scopes needed = CallTable.Others.GetValueOrDefault(path);
                using HttpResponseMessage response = await http.GetAsync(path, Cancellation);
                bool hasAll = path != "/metrics" || caller.Name is not ("key of another model"
                    or "key, all of its pattern" or "token without models");
                HttpStatusCode expected = needed == Scopes.None ? HttpStatusCode.OK
                    : !caller.IsKnown ? HttpStatusCode.Unauthorized
                    : caller.Scopes.HasFlag(needed) && hasAll ? HttpStatusCode.OK
                    : HttpStatusCode.Forbidden;
                if (response.StatusCode != expected)
                {
                    wrong.Add($"{caller}: {path}: expected {expected}; found {response.StatusCode}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("/grpc.health.v1.Health/Check", "nobody", StatusCode.OK)]
    [InlineData("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "nobody", StatusCode.Unauthenticated)]
    [InlineData("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "key, write", StatusCode.PermissionDenied)]
    [InlineData("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "key, read", StatusCode.OK)]
    [InlineData("/linr.v1.Items/Unknown", "nobody", StatusCode.Unauthenticated)]
    [InlineData("/linr.v1.Items/Unknown", "key, read", StatusCode.Unimplemented)]
    [InlineData("/linr.v9.Unknown/Search", "key, read", StatusCode.Unimplemented)]
    public async Task Calls_of_others_by_gRPC(string call, string caller, StatusCode expected)
    {
        TestCaller found = server.Caller(caller);
        using GrpcChannel channel = server.Channel(found);
        (Status status, _, _) = await channel.CreateCallInvoker().SendAsync(
            call[1..], new V1.ListModelsRequest(), SecuredServer.MetadataOf(found), Cancellation);
        Assert.Equal(expected, status.StatusCode);
    }

    [Fact]
    public async Task Everybody_is_told_of_his_own_models_alone()
    {
        using HttpClient reader = server.Http(server.Caller("key, read"));
        using HttpClient stranger = server.Http(server.Caller("token without models"));
        Assert.Single((await reader.CallAsync<V1.ListModelsResponse>("GET", "/v1/models")).Models);
        Assert.Empty((await stranger.CallAsync<V1.ListModelsResponse>("GET", "/v1/models")).Models);
        Assert.Contains("\"name\":\"items\"", await reader.GetStringAsync("/v1/stats", Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain("items", await stranger.GetStringAsync("/v1/stats", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_is_not_there_is_no_business_of_strangers()
    {
        using HttpClient stranger = server.Http(server.Caller("nobody"));
        using HttpClient reader = server.Http(server.Caller("key, read"));
        await stranger.FailAsync("GET", "/v1/nothing", json: null, HttpStatusCode.Unauthorized);
        await reader.FailAsync("GET", "/v1/nothing", json: null, HttpStatusCode.NotFound);
    }

    private static string Expected(StatusCode status) => status switch
    {
        StatusCode.OK => "200 ",
        StatusCode.NotFound => "404 urn:linr:not-found",
        StatusCode.Unauthenticated => "401 urn:linr:unauthenticated",
        StatusCode.PermissionDenied => "403 urn:linr:permission-denied",
        _ => $"{status}",
    };

    private static async Task<(HttpStatusCode? Status, string? Type)> SendAsync(HttpClient http, RestRoute route)
    {
        string path = route.Path.Replace("{id}", "a", StringComparison.Ordinal)
            .Replace("{version}", "1", StringComparison.Ordinal)
            .Replace("{model}", CallTable.Model, StringComparison.Ordinal)
            .Replace("{alias}", CallTable.Model, StringComparison.Ordinal);
        try
        {
            using HttpResponseMessage response = await http.SendAsync(route.Verb, path, BodyOf(route));
            string body = await response.Content.ReadAsStringAsync(Cancellation);
            return (response.StatusCode, response.IsSuccessStatusCode ? null
                : JsonDocument.Parse(body).RootElement.GetProperty("type").GetString());
        }
        catch (HttpRequestException)
        {
            return default;
        }
    }

    private static string? BodyOf(RestRoute route)
    {
        if (route.Body is null)
        {
            return null;
        }

        // What the table sends, without what the path says.
        if (CallTable.Rows[route.CallName].Request is not { } request || route.BodyName is not null)
        {
            return "{}";
        }

        return request switch
        {
            V1.SearchBatchRequest => """{"searches": [{}]}""",
            V1.WriteRequest => """{"changes": [{"delete": "a"}]}""",
            V1.GetRequest => """{"ids": ["a"]}""",
            V1.PrepareFilterRequest => """{"text": "year = 1"}""",
            V1.LoadVersionRequest => """{"file": "none.linr"}""",
            V1.SetShadowRequest or V1.SetCanaryRequest => """{"version": "1", "percent": 1}""",
            V1.PromoteRequest => """{"version": "1"}""",
            V1.SetAliasRequest => """{"model": "gone"}""",
            _ => "{}",
        };
    }
}
