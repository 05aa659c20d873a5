using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Linr.Server.Rest;
using Linr.Server.Rest.Json;
using Linr.Server.Rest.OpenApi;
using Linr.Tests.Engine;
using Linr.Tests.Repository;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Rest;

public sealed class OpenApiTests
{
    private static readonly string s_golden = Path.Combine(RepositoryRoot.Path, "docs", "openapi.json");

    public static TheoryData<string> Examples => [.. RestExamples.Names];

    [Fact]
    public async Task The_document_is_one_of_OpenAPI_3_1_without_an_error()
    {
        ReadResult read = OpenApiDocument.Parse(await OpenApiEndpoint.TextAsync(), "json");
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic!.SpecificationVersion);
        Assert.Empty(read.Diagnostic.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        Assert.Empty(read.Document!.Validate(ValidationRuleSet.GetDefaultRuleSet()));
    }

    [Fact]
    public async Task The_document_in_the_repository_is_the_current_one()
    {
        string current = await OpenApiEndpoint.TextAsync();
        string golden = File.Exists(s_golden) ? File.ReadAllText(s_golden) : string.Empty;
        if (golden.ReplaceLineEndings("\n").TrimEnd() != current.ReplaceLineEndings("\n").TrimEnd())
        {
            string found = Path.Combine(RepositoryRoot.Path, "artifacts", "openapi.json");
            Directory.CreateDirectory(Path.GetDirectoryName(found)!);
            File.WriteAllText(found, current.ReplaceLineEndings("\n") + "\n");
            Assert.Fail("docs/openapi.json is not the document that is served: copy artifacts/openapi.json over it.");
        }
    }

    [Fact]
    public async Task Every_route_and_every_reference_is_there_and_described()
    {
        string text = await OpenApiEndpoint.TextAsync();
        JsonNode document = JsonNode.Parse(text)!;
        foreach (RestRoute route in RestRoutes.All)
        {
#pragma warning disable CA1308 // Methods are in small letters there.
            JsonNode operation = document["paths"]![route.Path]![route.Verb.ToLowerInvariant()]!;
#pragma warning restore CA1308
            Assert.Equal(route.Name, operation["operationId"]!.GetValue<string>());
            Assert.NotNull(operation["responses"]![$"{route.Status}"]);
            Assert.NotEmpty(operation["description"]!.GetValue<string>());
        }

        Assert.Equal(RestRoutes.All.Length, RestRoutes.All.DistinctBy(route => route.Name).Count());
        foreach (string reference in text.Split("\"$ref\": \"#/").Skip(1).Select(rest => rest[..rest.IndexOf('"')]))
        {
            Assert.NotNull(reference.Split('/').Aggregate(document, (node, part) => node?[part]!));
        }
    }

    [Fact]
    public void Every_call_of_the_contract_has_a_route_but_for_the_stream_of_writes()
    {
        ServiceDescriptor[] services =
            [V1.Retrieval.Descriptor, V1.Items.Descriptor, V1.Models.Descriptor];
        IEnumerable<string> calls = services.SelectMany(service => service.Methods).Select(method => method.FullName);
        Assert.Equal(
            calls.Except(["linr.v1.Items.WriteStream"]).Order(),
            RestRoutes.All.Select(route => route.Rpc.FullName).Distinct().Order());
    }

    [Fact]
    public async Task Comments_of_the_contract_describe_it()
    {
        JsonNode schemas = JsonNode.Parse(await OpenApiEndpoint.TextAsync())!["components"]!["schemas"]!;
        Assert.StartsWith(
            "Hits at most; 0 is 10.",
            schemas["SearchRequest"]!["properties"]!["k"]!["description"]!.GetValue<string>(),
            StringComparison.Ordinal);
        Assert.Null(schemas["SearchRequest"]!["properties"]!["model"]);
        Assert.Null(schemas["ItemContent"]!["properties"]!["id"]);
        Assert.NotNull(schemas["Item"]!["properties"]!["id"]);
        Assert.Contains(
            "hits", schemas["SearchResponse"]!["required"]!.AsArray().Select(one => one!.GetValue<string>()));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_is_read_as_the_server_would(string name)
    {
        RestRoute route = RestRoutes.All.Single(one => one.Name == name);
        (string request, string answer) = RestExamples.Find(name)!.Value;
        MessageReader.Read(new(Encoding.UTF8.GetBytes(request)), route.Body!(route.Create()), route.Elsewhere);
        IMessage read = route.Answer.Parser.ParseFrom(ReadOnlySpan<byte>.Empty);
        RestJson.Read(Encoding.UTF8.GetBytes(answer), read);
        // Nothing is missing that every answer has.
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(answer), JsonNode.Parse(RestJson.Write(read))), name);
    }

    [Fact]
    public async Task The_document_and_its_page_are_served_and_need_no_other_server()
    {
        using var folder = new TemporaryFolder();
        TestServer.WriteModel(folder.File("items.linr"), new RandomItems(10, seed: 78));
        await using TestServer server = await TestServer.StartAsync(
            new Dictionary<string, string?> { ["Linr:Models:items"] = folder.File("items.linr") });
        Assert.Equal(await OpenApiEndpoint.TextAsync(), await server.Http.GetStringAsync(OpenApiEndpoint.Path));

        using HttpResponseMessage page = await server.Http.GetAsync(ReferencePage.Path);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains(
            "default-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        string html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"//", html, StringComparison.Ordinal);
        Assert.Contains("openapi/v1.json", html, StringComparison.Ordinal);
        foreach (string script in html.Split("src=\"").Skip(1).Select(rest => rest[..rest.IndexOf('"')]))
        {
            string address = new Uri(new Uri(server.Http.BaseAddress!, ReferencePage.Path + "/"), script).PathAndQuery;
            Assert.NotEmpty(await server.Http.GetStringAsync(address));
        }
    }
}
