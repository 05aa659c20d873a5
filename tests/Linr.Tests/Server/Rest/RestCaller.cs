using System.Net;
using System.Text;
using System.Text.Json;
using Google.Protobuf;

namespace Linr.Tests.Server.Rest;

/// <summary>Calls REST as any program would.</summary>
internal static class RestCaller
{
    /// <summary>The answer as a message; a status other than the one expected fails.</summary>
    public static async Task<T> CallAsync<T>(
        this HttpClient http,
        string verb,
        string path,
        string? json = null,
        HttpStatusCode expected = HttpStatusCode.OK)
        where T : IMessage, new()
    {
        using HttpResponseMessage response = await http.SendAsync(verb, path, json);
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {body}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return RestJson.Read<T>(Encoding.UTF8.GetBytes(body));
    }

    /// <summary>A problem, whose form is checked.</summary>
    public static async Task<JsonElement> FailAsync(
        this HttpClient http, string verb, string path, string? json, HttpStatusCode expected)
    {
        using HttpResponseMessage response = await http.SendAsync(verb, path, json);
        return await ReadProblemAsync(response, expected);
    }

    public static async Task<JsonElement> ReadProblemAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonDocument.Parse(body).RootElement;
        Assert.Equal((int)expected, problem.GetProperty("status").GetInt32());
        Assert.StartsWith("urn:linr:", problem.GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        return problem;
    }

    public static Task<HttpResponseMessage> SendAsync(this HttpClient http, string verb, string path, string? json)
    {
        var request = new HttpRequestMessage(new HttpMethod(verb), path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        return http.SendAsync(request);
    }
}
