using Linr.Server.Security;
using Linr.Server.Security.Keys;

namespace Linr.Tests.Server.Security;

/// <summary>The file of keys itself.</summary>
public sealed class KeyFileTests : IDisposable
{
    private static readonly string[] s_all = ["*"];
    private static readonly DateTimeOffset s_now = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_key_has_256_random_bits_and_is_not_in_the_file()
    {
        ApiKeyFile file = Make();
        string[] keys = [.. Enumerable.Range(0, 20).Select(i => Create(file, $"key {i}"))];
        string text = File.ReadAllText(_folder.File("keys.json"));
        Assert.Equal(keys.Length, keys.Select(key => key[18..]).Distinct().Count());
        Assert.All(keys, key =>
        {
            Assert.Matches("^linr_[a-z2-9]{12}_[A-Za-z0-9_-]{43}$", key);
            Assert.DoesNotContain(key[18..], text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void The_same_key_has_another_hash_in_another_file()
    {
        string key = ApiKeyText.Create().Key;
        byte[] first = new byte[ApiKeyText.HashBytes];
        byte[] second = new byte[ApiKeyText.HashBytes];
        ApiKeyText.Hash(new byte[32], key, first);
        ApiKeyText.Hash([.. Enumerable.Repeat((byte)1, 32)], key, second);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Its_owner_alone_may_read_it()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other rights.");
            return;
        }

        ApiKeyFile file = Make();
        Create(file, "one");
        File.SetUnixFileMode(_folder.File("keys.json"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Create(file, "two");
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("keys.json")));
    }

    [Theory]
    [InlineData("{}", "expected a file that linr keys wrote")]
    [InlineData("null", "expected format 1")]
    [InlineData("""{"format": 2, "secret": "", "keys": []}""", "found format 2 and 0 bytes")]
    [InlineData("""{"format": 1, "secret": "AAAA", "keys": []}""", "found format 1 and 3 bytes")]
    [InlineData("""{"format": 1, "secret": "SECRET", "keys": [null]}""", "found null")]
    [InlineData("""{"format": 1, "secret": "SECRET", "keys": [KEY, KEY]}""", "each id once")]
    [InlineData("""{"format": 1, "secret": "SECRET", "keys": [KEY], "more": 1}""", "other JSON in line 1")]
    public void What_is_no_file_of_keys_is_refused_without_telling_what_it_has(string text, string expected)
    {
        string secret = Convert.ToBase64String(new byte[32]);
        const string Key = """
            {"id": "a", "name": "n", "hash": "AAAA", "scopes": ["read"], "models": ["*"], "created": "2026-12-01T00:00:00Z"}
            """;
        _folder.Write(
            "keys.json",
            text.Replace("KEY", Key, StringComparison.Ordinal).Replace("SECRET", secret, StringComparison.Ordinal));
        FormatException error = Assert.Throws<FormatException>(() => Make().Keys);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Root, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_a_key_is_refused()
    {
        ApiKeyFile file = Make();
        Create(file, "one");
        Assert.Throws<ArgumentException>(() => Create(file, "one"));
        Assert.Throws<ArgumentException>(() => Create(file, "a\nb"));
        Assert.Throws<ArgumentException>(() => file.Create("two", Scopes.None, s_all, expires: null, s_now));
        Assert.Throws<ArgumentException>(() => file.Create("two", Scopes.Read, [], expires: null, s_now));
        Assert.Throws<ArgumentException>(() => file.Create("two", Scopes.Read, s_all, s_now, s_now));
        Assert.Throws<ArgumentException>(() => file.Revoke("nothing", s_now));
        file.Revoke(file.Keys[0].Id, s_now);
        Assert.Throws<ArgumentException>(() => file.Revoke(file.Keys[0].Id, s_now));
        // The name of one that is not good any more is free.
        Create(file, "one");
        Assert.Equal([false, true], file.Keys.Select(key => key.IsGood(s_now)));
    }

    [Fact]
    public async Task Many_at_once_lose_no_key()
    {
        ApiKeyFile file = Make();
        await Parallel.ForAsync(0, 16, TestContext.Current.CancellationToken, async (i, _) =>
        {
            while (true)
            {
                try
                {
                    Create(Make(), $"key {i}");
                    return;
                }
                catch (IOException)
                {
                    // Another is at it.
                    await Task.Yield();
                }
            }
        });
        Assert.Equal(16, file.Keys.Count);
    }

    private ApiKeyFile Make() => new(_folder.File("keys.json"));

    private static string Create(ApiKeyFile file, string name)
        => file.Create(name, Scopes.Read, s_all, expires: null, s_now).Key;
}
