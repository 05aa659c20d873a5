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

    /// <summary>Bytes of a hash.</summary>
    public const int HashBytes = HMACSHA256.HashSizeInBytes;

    private const int IdLength = 12;
    private const int SecretBytes = 32;
    private const int SecretLength = 43;
    private const string IdLetters = "abcdefghijkmnpqrstuvwxyz23456789";

    // With the mark between its parts.
    private static int Length => Prefix.Length + IdLength + 1 + SecretLength;

    /// <summary>A new key and its id.</summary>
    public static (string Id, string Key) Create()
    {
        string id = RandomNumberGenerator.GetString(IdLetters, IdLength);
        string secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        return (id, $"{Prefix}{id}_{secret}");
    }

    /// <summary>The id of what has the form of a key; empty where it has not.</summary>
    public static ReadOnlySpan<char> FindId(ReadOnlySpan<char> key)
    {
        bool isOne = key.Length == Length && key.StartsWith(Prefix, StringComparison.Ordinal)
            && key[Prefix.Length + IdLength] == '_' && Ascii.IsValid(key);
        return isOne ? key.Slice(Prefix.Length, IdLength) : [];
    }

    /// <summary>The hash that is kept of a key.</summary>
    /// <param name="fileSecret">The secret of the file of keys.</param>
    /// <param name="key">What has the form of a key.</param>
    /// <param name="hash">Gets it: <see cref="HashBytes"/>.</param>
    public static void Hash(ReadOnlySpan<byte> fileSecret, ReadOnlySpan<char> key, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        Encoding.ASCII.GetBytes(key, bytes);
        HMACSHA256.HashData(fileSecret, bytes, hash);
        CryptographicOperations.ZeroMemory(bytes);
    }
}
