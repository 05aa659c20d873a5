namespace Linr.Tests.Fuzz;

/// <summary>
/// Changes inputs: bits and bytes, pieces left out, repeated, exchanged with another input's, words put in.
/// </summary>
internal static class FuzzMutator
{
    /// <summary>Bytes of an input at most.</summary>
    public const int BytesMax = 16_384;

    private const int ChangesMax = 6;
    private const int RepeatsMax = 200;

    private static readonly byte[] s_extremes = [0, 1, 0x7F, 0x80, 0xFF, (byte)'"', (byte)'\\', (byte)'\'', (byte)'\n'];

    /// <summary>The input, changed in one to six places.</summary>
    /// <param name="input">The input.</param>
    /// <param name="other">Another one, to take pieces of.</param>
    /// <param name="words">Pieces that inputs are made of.</param>
    /// <param name="random">Where and how.</param>
    public static byte[] Mutate(byte[] input, byte[] other, IReadOnlyList<byte[]> words, Random random)
    {
        for (int changes = random.Next(1, ChangesMax + 1); changes > 0; changes--)
        {
            input = Change(input, other, words, random);
            input = input.Length <= BytesMax ? input : input[..BytesMax];
        }

        return input;
    }

    private static byte[] Change(byte[] input, byte[] other, IReadOnlyList<byte[]> words, Random random)
    {
        int at = random.Next(input.Length + 1);
        int length = random.Next(Math.Min(input.Length - at, random.Next(4) == 0 ? BytesMax : 8) + 1);
        switch (random.Next(10))
        {
            case 0 when at < input.Length:
                return Set(input, at, (byte)(input[at] ^ (1 << random.Next(8))));
            case 1 when at < input.Length:
                return Set(input, at, s_extremes[random.Next(s_extremes.Length)]);
            case 2 when at < input.Length:
                return Set(input, at, (byte)(input[at] + random.Next(-3, 4)));
            case 3:
                return [.. input.AsSpan(0, at), .. input.AsSpan(at + length)];
            case 4:
                return [.. input.AsSpan(0, at), .. input.AsSpan(at, length), .. input.AsSpan(at)];
            case 5:
                return Repeat(input, at, length, random.Next(2, RepeatsMax));
            case 6:
                int from = random.Next(other.Length + 1);
                int count = random.Next(other.Length - from + 1);
                return [.. input.AsSpan(0, at), .. other.AsSpan(from, count), .. input.AsSpan(at + length)];
            case 7:
                return input[..at];
            default:
                byte[] word = words[random.Next(words.Count)];
                return [.. input.AsSpan(0, at), .. word, .. input.AsSpan(random.Next(2) == 0 ? at : at + length)];
        }
    }

    private static byte[] Set(byte[] input, int at, byte value)
    {
        byte[] changed = [.. input];
        changed[at] = value;
        return changed;
    }

    // What nests, or lists, goes deep or far.
    private static byte[] Repeat(byte[] input, int at, int length, int times)
    {
        var repeated = new List<byte>(input.Length + (length * times));
        repeated.AddRange(input.AsSpan(0, at));
        for (int time = 0; time < times && repeated.Count < BytesMax; time++)
        {
            repeated.AddRange(input.AsSpan(at, length));
        }

        repeated.AddRange(input.AsSpan(at));
        return [.. repeated];
    }
}
