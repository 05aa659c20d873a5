using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Linr.Tests.Engine;
using Linr.Tests.Repository;

namespace Linr.Tests.Server.Console;

/// <summary>The console's files: what the server says of them, and that they are what their sources give.</summary>
public sealed partial class ConsoleFileTests : IAsyncLifetime
{
    private const int BytesMax = 300 * 1024;
    private static readonly string s_folder = Path.Combine(RepositoryRoot.Path, "src", "Server", "Console");
    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
        => _server = await TestServer.StartAsync(_folder, new RandomItems(3, seed: 84));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_page_may_run_its_own_script_alone_and_is_asked_for_anew()
    {
        using HttpResponseMessage page = await _server.Http.GetAsync("/");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        string policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.True(page.Headers.CacheControl!.NoCache);
        string html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotMatch(InlineScript(), html);
        Assert.NotEmpty(Asset().Matches(html));

        using var again = new HttpRequestMessage(HttpMethod.Get, "/");
        again.Headers.IfNoneMatch.Add(page.Headers.ETag!);
        using HttpResponseMessage same = await _server.Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    [Fact]
    public async Task What_the_page_needs_is_kept_for_good_and_comes_by_brotli()
    {
        string html = await _server.Http.GetStringAsync("/");
        int sum = 0;
        foreach (string path in Asset().Matches(html).Select(match => match.Groups[1].Value))
        {
            byte[] plain = await _server.Http.GetByteArrayAsync(path);
            sum += plain.Length;
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Accept-Encoding", "gzip, br");
            using HttpResponseMessage response = await _server.Http.SendAsync(request);
            Assert.Equal("br", Assert.Single(response.Content.Headers.ContentEncoding));
            Assert.Contains("immutable", response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            await using Stream packed = await response.Content.ReadAsStreamAsync();
            await using var brotli = new BrotliStream(packed, CompressionMode.Decompress);
            using var unpacked = new MemoryStream();
            await brotli.CopyToAsync(unpacked);
            Assert.Equal(plain, unpacked.ToArray());

            using var head = new HttpRequestMessage(HttpMethod.Head, path);
            using HttpResponseMessage only = await _server.Http.SendAsync(head);
            Assert.Equal((HttpStatusCode.OK, plain.Length), (only.StatusCode, only.Content.Headers.ContentLength));
            Assert.NotEqual(response.Headers.ETag, only.Headers.ETag);
        }

        Assert.InRange(sum, 1, BytesMax);
    }

    [Fact]
    public void The_committed_files_are_those_that_the_sources_gave()
    {
        Dictionary<string, string> built = File.ReadLines(Path.Combine(s_folder, "Built.sha256"))
            .Select(line => line.Split("  "))
            .ToDictionary(parts => parts[1], parts => parts[0]);
        var found = Files("app").Concat(Files("Built")).ToDictionary(path => path, Hash);

        // Whoever changes the sources runs tools/console.sh.
        Assert.Equal(found.OrderBy(Name, StringComparer.Ordinal), built.OrderBy(Name, StringComparer.Ordinal));
        static string Name(KeyValuePair<string, string> file) => file.Key;
    }

    private static IEnumerable<string> Files(string folder)
        => Directory.EnumerateFiles(Path.Combine(s_folder, folder), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(s_folder, path).Replace('\\', '/'))
            .Where(path => !path.StartsWith("app/node_modules/", StringComparison.Ordinal)
                && !path.StartsWith("app/tests/", StringComparison.Ordinal));

    private static string Hash(string path)
        => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(s_folder, path))));

    [GeneratedRegex("<script(?![^>]* src=)|\\son[a-z]+=|style=")]
    private static partial Regex InlineScript();

    [GeneratedRegex("(?:src|href)=\"(/console/[^\"]+)\"")]
    private static partial Regex Asset();
}
