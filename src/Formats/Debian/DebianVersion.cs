using System.Globalization;

namespace Linr.Formats;

/// <summary>The order of Debian versions (Debian Policy 5.6.12): epoch, upstream version, revision.</summary>
internal static class DebianVersion
{
    /// <summary>
    /// Below 0, 0 or above 0 as the left version is older than, the same as or newer than the right one.
    /// </summary>
    public static int Compare(string left, string right)
    {
        (long leftEpoch, string leftUpstream, string leftRevision) = Split(left);
        (long rightEpoch, string rightUpstream, string rightRevision) = Split(right);
        int order = leftEpoch.CompareTo(rightEpoch);
        order = order != 0 ? order : ComparePart(leftUpstream, rightUpstream);
        return order != 0 ? order : ComparePart(leftRevision, rightRevision);
    }

    private static (long Epoch, string Upstream, string Revision) Split(string version)
    {
        int colon = version.IndexOf(':', StringComparison.Ordinal);
        ReadOnlySpan<char> digits = version.AsSpan(0, Math.Max(colon, 0));
        _ = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long epoch);
        string rest = version[(colon + 1)..];
        int dash = rest.LastIndexOf('-');
        return dash < 0 ? (epoch, rest, string.Empty) : (epoch, rest[..dash], rest[(dash + 1)..]);
    }

    /// <summary>
    /// Runs of other characters and runs of digits in turn: the ones by character, the others by number.
    /// </summary>
    private static int ComparePart(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            while ((!left.IsEmpty && !char.IsAsciiDigit(left[0])) || (!right.IsEmpty && !char.IsAsciiDigit(right[0])))
            {
                int order = Weight(left).CompareTo(Weight(right));
                if (order != 0)
                {
                    return order;
                }

                left = left[1..];
                right = right[1..];
            }

            ReadOnlySpan<char> leftDigits = TakeDigits(ref left);
            ReadOnlySpan<char> rightDigits = TakeDigits(ref right);
            int byNumber = leftDigits.Length != rightDigits.Length
                ? leftDigits.Length.CompareTo(rightDigits.Length)
                : leftDigits.SequenceCompareTo(rightDigits);
            if (byNumber != 0)
            {
                return byNumber;
            }
        }

        return 0;
    }

    /// <summary>A tilde comes before the end, the end before letters, letters before all else.</summary>
    private static int Weight(ReadOnlySpan<char> text)
        => text.IsEmpty || char.IsAsciiDigit(text[0]) ? 0
            : text[0] == '~' ? -1
            : char.IsAsciiLetter(text[0]) ? text[0]
            : text[0] + 256;

    private static ReadOnlySpan<char> TakeDigits(ref ReadOnlySpan<char> text)
    {
        int length = text.IndexOfAnyExceptInRange('0', '9');
        length = length < 0 ? text.Length : length;
        ReadOnlySpan<char> digits = text[..length].TrimStart('0');
        text = text[length..];
        return digits;
    }
}
