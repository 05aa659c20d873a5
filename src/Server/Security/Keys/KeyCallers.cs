using System.Collections.Frozen;
using System.Security.Cryptography;
using Linr.Server.Options;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Linr.Server.Security.Keys;

/// <summary>Who has a key.</summary>
internal sealed class KeyCallers
{
    private static readonly byte[] s_noHash = new byte[ApiKeyText.HashBytes];
    private readonly ReloadedFile<Known>? _file;
    private readonly TimeProvider _time;

    public KeyCallers(IOptions<ServerOptions> options, TimeProvider time, ILogger<KeyCallers> log)
    {
        _time = time;
        _file = options.Value.Auth.KeyFile is { } path
            ? new ReloadedFile<Known>("Auth:KeyFile", [path], () => Known.Of(new ApiKeyFile(path).Read()), time, log)
                .Read()
            : null;
    }

    /// <summary>The caller; null where the key is unknown, wrong, expired or revoked: he is not told which.</summary>
    public Caller? Find(ReadOnlySpan<char> key)
    {
        ReadOnlySpan<char> id = ApiKeyText.FindId(key);
        if (_file is null || id.IsEmpty)
        {
            return null;
        }

        Known known = _file.Value;
        Span<byte> hash = stackalloc byte[ApiKeyText.HashBytes];
        ApiKeyText.Hash(known.Secret, key, hash);
        known.ById.TryGetValue(id, out (ApiKey Key, Caller Caller) found);
        // An id that there is takes as long as one that there is not.
        bool isRight = CryptographicOperations.FixedTimeEquals(hash, found.Key?.Hash ?? s_noHash);
        return isRight && found.Key?.IsGood(_time.GetUtcNow()) == true ? found.Caller : null;
    }

    private sealed record Known(
        byte[] Secret,
        FrozenDictionary<string, (ApiKey Key, Caller Caller)>.AlternateLookup<ReadOnlySpan<char>> ById)
    {
        public static Known Of(ApiKeySet set) => new(
            set.Secret,
            set.Keys.ToFrozenDictionary(
                key => key.Id,
                key => (key, new Caller(key.Name, ScopeWords.Parse(key.Scopes, key.Id))
                {
                    Credential = $"key {key.Id}", Models = key.Models,
                }),
                StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>());
    }
}
