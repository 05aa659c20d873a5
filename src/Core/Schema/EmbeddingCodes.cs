using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Linr;

/// <summary>
/// Codes kept beside the rows of an embedding: Sign-OPORP (Li and Li, arXiv 2302.03505), a bit for each of
/// <paramref name="Bits"/> random sums of a row's components. Written <c>sign-oporp(256)</c>, or
/// <c>sign-oporp(256, 7)</c> with a seed.
/// </summary>
/// <param name="Bits">
/// A multiple of <see cref="Limits.CodeBitsMin"/> up to <see cref="Limits.CodeBitsMax"/>.
/// </param>
/// <param name="Seed">What the sums are drawn from.</param>
public sealed record EmbeddingCodes(int Bits, ulong Seed = 0)
{
    private const string Kind = "sign-oporp";

    /// <summary>How codes are written.</summary>
    public static string Form => $"{Kind}(BITS) or {Kind}(BITS, SEED)";

    /// <summary>Reads what <see cref="ToString"/> writes; spaces and case do not matter.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EmbeddingCodes? codes)
    {
        codes = null;
        string plain = (text ?? string.Empty).Replace(" ", string.Empty, StringComparison.Ordinal);
        if (!plain.StartsWith(Kind + "(", StringComparison.OrdinalIgnoreCase) || !plain.EndsWith(')'))
        {
            return false;
        }

        string[] numbers = plain[(Kind.Length + 1)..^1].Split(',');
        ulong seed = 0;
        if (numbers.Length > 2
            || !int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out int bits)
            || (numbers.Length == 2
                && !ulong.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out seed)))
        {
            return false;
        }

        codes = new EmbeddingCodes(bits, seed);
        return true;
    }

    /// <summary>Whether codes can have so many bits.</summary>
    public static bool IsBits(int bits)
        => bits is >= Limits.CodeBitsMin and <= Limits.CodeBitsMax && bits % Limits.CodeBitsMin == 0;

    /// <inheritdoc/>
    public override string ToString() => Seed == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Kind}({Bits})")
        : string.Create(CultureInfo.InvariantCulture, $"{Kind}({Bits}, {Seed})");
}
