using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Linr.Server.Security.Keys;

/// <summary>
/// A key as callers have it: <c>linr_ID_SECRET</c>, the secret being 256 random bits. One fast keyed hash of it is
/// kept: slow hashes make guessing of what people choose dear, and nobody guesses 256 bits.
/// </summary>
internal static class ApiKeyText
{
    /// <summary>How each begins, so that people and scanners know one when they see it.</summary>
    public const string Prefix = "linr_";

    private const int IdLength = 12;
    private const int SecretBytes = 32;
    private const int SecretLength = 43;
    private const string IdLetters = "abcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>A new key and its id.</summary>
    public static (string Id, string Key) Create()
    {
        string id = RandomNumberGenerator.GetString(IdLetters, IdLength);
        string secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        return (id, $"{Prefix}{id}_{secret}");
    }

    /// <summary>The id of what has the form of a key; null where it has not.</summary>
    public static string? FindId(string key)
    {
        bool isOne = key.Length == Prefix.Length + IdLength + 1 + SecretLength
            && key.StartsWith(Prefix, StringComparison.Ordinal) && key[Prefix.Length + IdLength] == '_';
        return isOne ? key.Substring(Prefix.Length, IdLength) : null;
    }

    /// <summary>The hash that is kept of a key.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> fileSecret, string key)
        => HMACSHA256.HashData(fileSecret, Encoding.UTF8.GetBytes(key));
}
