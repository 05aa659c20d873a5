using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace Linr.Engine.Towers;

/// <summary>
/// Text to hashed tokens: runs of letters and digits, lower-cased, each to XXH3-64 of its UTF-8 modulo the number of
/// buckets; with <c>pairs</c> also each two neighbours joined by a space. Training and serving share this one routine.
/// </summary>
public static class TextTokens
{
    /// <summary>Characters of a token that count; the rest of a longer run is left out.</summary>
    public const int TokenLengthMax = 64;

    /// <summary>Tokens of one text that count.</summary>
    public const int TokensMax = 512;

    private const int BytesMax = TokenLengthMax * 3;

    /// <summary>Adds the text's tokens to the bag that is being filled.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="buckets">How many codes there are, at least 1.</param>
    /// <param name="pairs">Whether neighbouring tokens are hashed together too.</param>
    /// <param name="bags">Where the codes, 0 to <paramref name="buckets"/> - 1, go.</param>
    public static void Append(ReadOnlySpan<char> text, int buckets, bool pairs, CodeBags bags)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buckets, 1);
        ArgumentNullException.ThrowIfNull(bags);
        Span<byte> pair = stackalloc byte[(BytesMax * 2) + 1];
        int previousBytes = 0;
        int tokenCount = 0;
        while (tokenCount < TokensMax && NextToken(ref text, pair[previousBytes..], out int tokenBytes))
        {
            bags.Add(Bucket(pair.Slice(previousBytes, tokenBytes), buckets));
            if (!pairs)
            {
                tokenCount++;
                continue;
            }

            if (previousBytes > 0)
            {
                bags.Add(Bucket(pair[..(previousBytes + tokenBytes)], buckets));
            }

            pair.Slice(previousBytes, tokenBytes).CopyTo(pair);
            pair[tokenBytes] = (byte)' ';
            previousBytes = tokenBytes + 1;
            tokenCount++;
        }
    }

    private static int Bucket(ReadOnlySpan<byte> utf8, int buckets)
        => (int)(XxHash3.HashToUInt64(utf8) % (ulong)buckets);

    // Moves past one token and writes its lower-cased UTF-8; false at the end of the text.
    private static bool NextToken(scoped ref ReadOnlySpan<char> text, scoped Span<byte> utf8, out int bytes)
    {
        bytes = 0;
        int characters = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out Rune rune, out int consumed) != OperationStatus.Done
                || !Rune.IsLetterOrDigit(rune))
            {
                text = text[consumed..];
                if (bytes > 0)
                {
                    return true;
                }

                continue;
            }

            text = text[consumed..];
            if (characters + consumed <= TokenLengthMax)
            {
                characters += consumed;
                bytes += Rune.ToLowerInvariant(rune).EncodeToUtf8(utf8[bytes..]);
            }
        }

        return bytes > 0;
    }
}
