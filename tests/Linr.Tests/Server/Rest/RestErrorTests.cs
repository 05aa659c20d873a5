using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Linr.Tests.Engine;

namespace Linr.Tests.Server.Rest;

/// <summary>Whatever is wrong with a request, the answer is a problem that says so.</summary>
public sealed class RestErrorTests : IAsyncLifetime
{
    private const string Search = "/v1/models/items/search";
    private const string Item = "/v1/models/items/items/a";
    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder.File("files"));
        TestServer.WriteModel(_folder.File("files/items.linr"), new RandomItems(50, seed: 77));
        _server = await TestServer.StartAsync(new Dictionary<string, string?>
        {
            ["Linr:Models:items"] = _folder.File("files/items.linr"), ["Linr:Limits:BodyBytesMax"] = "4096",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("GET", "/v1/nothing", null, HttpStatusCode.NotFound, "no-such-path")]
    [InlineData("GET", "/nothing", null, HttpStatusCode.NotFound, "no-such-path")]
    [InlineData("GET", Search, null, HttpStatusCode.MethodNotAllowed, "method-not-allowed")]
    [InlineData("POST", "/v1/models/nobody/search", "{}", HttpStatusCode.NotFound, "not-found")]
    [InlineData("POST", "/v1/models/items@9/search", "{}", HttpStatusCode.NotFound, "not-found")]
    [InlineData("POST", "/v1/models/it%3Aems/search", "{}", HttpStatusCode.BadRequest, "invalid-argument")]
    [InlineData("GET", "/v1/models/items/items/nobody", null, HttpStatusCode.NotFound, "not-found")]
    [InlineData("POST", Search, null, HttpStatusCode.BadRequest, "invalid-argument")]
    [InlineData("POST", Search, "", HttpStatusCode.BadRequest, "invalid-argument")]
    [InlineData("POST", Search, "{", HttpStatusCode.BadRequest, "invalid-argument")]
    [InlineData("POST", Search, "{} {}", HttpStatusCode.BadRequest, "invalid-argument")]
    [InlineData("PUT", "/v1/models/items/items/new", "{}", HttpStatusCode.Conflict, "failed-precondition")]
    [InlineData("POST", "/v1/models/items/rollback", "{}", HttpStatusCode.BadRequest, "invalid-argument")]
    public async Task Each_kind_has_its_status_and_type(
        string verb, string path, string? json, HttpStatusCode status, string type)
    {
        JsonElement problem = await _server.Http.FailAsync(verb, path, json, status);
        Assert.Equal("urn:linr:" + type, problem.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("POST", Search, """{"model": "items"}""", "model", "in the path of the request alone")]
    [InlineData("POST", Search + "-batch", """{"searches": [{"model": "x"}]}""", "searches[0].model", "in the path")]
    [InlineData("PUT", Item, """{"id": "b"}""", "id", "in the path")]
    [InlineData("POST", Search + "?k=5", "{}", "?k", "expected no parameters")]
    [InlineData("GET", Item + "?field=x", null, "?field", "expected one of fields, with_embeddings")]
    [InlineData("GET", Item + "?with_embeddings=1", null, "?with_embeddings", "expected true or false")]
    [InlineData("DELETE", Item + "?version=x", null, "?version", "an integer of 64 bits")]
    [InlineData("POST", Search, """{"filter": "colour = ", "k": 5}""", "filter", "line 1")]
    [InlineData("POST", Search, """{"items": ["nobody"], "k": -2, "history": []}""", "k", "found -2")]
    public async Task What_is_wrong_is_named(string verb, string path, string? json, string field, string message)
    {
        JsonElement problem = await _server.Http.FailAsync(verb, path, json, HttpStatusCode.BadRequest);
        JsonElement one = problem.GetProperty("problems")[0];
        Assert.Equal(field, one.GetProperty("field").GetString());
        Assert.Contains(message, one.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/x-www-form-urlencoded", null)]
    [InlineData("application/json; charset=utf-16", null)]
    [InlineData(null, null)]
    [InlineData("application/json", "zstd")]
    public async Task A_body_of_another_type_is_refused(string? type, string? encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Search)
        {
            Content = new ByteArrayContent("{}"u8.ToArray()),
        };
        request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        using HttpResponseMessage response = await _server.Http.SendAsync(request);
        await RestCaller.ReadProblemAsync(response, HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task A_body_that_is_not_compressed_as_it_says_is_refused(string encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Search)
        {
            Content = new ByteArrayContent([0xFF, 0xFE, 0xFD, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Content.Headers.ContentEncoding.Add(encoding);
        using HttpResponseMessage response = await _server.Http.SendAsync(request);
        JsonElement problem = await RestCaller.ReadProblemAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal("body", problem.GetProperty("problems")[0].GetProperty("field").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_is_too_large_is_refused_compressed_or_not(bool isCompressed)
    {
        byte[] body = [.. "{}"u8, .. Encoding.UTF8.GetBytes(new string(' ', 100_000))];
        using var request = new HttpRequestMessage(HttpMethod.Post, Search);
        if (isCompressed)
        {
            using var stream = new MemoryStream();
            using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
            {
                gzip.Write(body);
            }

            body = stream.ToArray();
            Assert.InRange(body.Length, 1, 4_000);
        }

        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (isCompressed)
        {
            request.Content.Headers.ContentEncoding.Add("gzip");
        }

        using HttpResponseMessage response = await _server.Http.SendAsync(request);
        JsonElement problem = await RestCaller.ReadProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal("urn:linr:too-large", problem.GetProperty("type").GetString());
    }
}
