namespace Linr.Kernels;

/// <summary>
/// Random rows and attribute codes for benchmarks: any row by itself, the same bits on the host and on a device, so that
/// a table of any size is made where it is needed. What is drawn depends on the seed, the row and the place in it only.
/// </summary>
/// <remarks>
/// A number in a row is the sum of three even draws, about normal; a row has norm 1 but for the rounding of its halves.
/// Bits come from SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
/// </remarks>
public static partial class RandomTable
{
    /// <summary>No row's norm is larger.</summary>
    public const float NormMax = 1.001f;

    /// <summary>How far the states of two draws are apart.</summary>
    internal const ulong Step = 0x9E3779B97F4A7C15;

    internal const ulong MixFactor1 = 0xBF58476D1CE4E5B9;
    internal const ulong MixFactor2 = 0x94D049BB133111EB;

    /// <summary>Three draws lie between 0 and this; their sum, doubled and centred, is odd and so never zero.</summary>
    internal const int DrawMax = ushort.MaxValue;

    /// <summary>A row.</summary>
    /// <param name="seed">Of the table.</param>
    /// <param name="row">Its number.</param>
    /// <param name="values">[D] takes it.</param>
    /// <param name="clusters">
    /// How many clusters there are: a row is the sum of its cluster's own draws and of as many others, so that two rows of
    /// a cluster have a cosine of about a half. 0: none.
    /// </param>
    public static void Row(ulong seed, long row, Span<Half> values, uint clusters = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        RowReference(Start(seed), (ulong)row, values, clusters);
    }

    /// <summary>A row of <see cref="Int8Rows"/> of norm 1, of the same numbers as <see cref="Row"/> draws.</summary>
    /// <param name="seed">Of the table.</param>
    /// <param name="row">Its number.</param>
    /// <param name="values">[D] takes it.</param>
    /// <returns>The row's scale.</returns>
    public static Half Int8Row(ulong seed, long row, Span<sbyte> values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        return Int8RowReference(Start(seed), (ulong)row, values);
    }

    /// <summary>A row's code, 1 to <paramref name="codeCount"/>, each as likely.</summary>
    /// <param name="seed">Of the column.</param>
    /// <param name="row">The row's number.</param>
    /// <param name="codeCount">How many codes there are, 1 or more.</param>
    public static uint Code(ulong seed, long row, uint codeCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfZero(codeCount);
        return CodeReference(Start(seed), (ulong)row, codeCount);
    }

    /// <summary>Where the draws of a seed start: far apart for seeds that are not.</summary>
    internal static ulong Start(ulong seed) => Mix(seed + Step);

    internal static ulong Mix(ulong state)
    {
        state = (state ^ (state >> 30)) * MixFactor1;
        state = (state ^ (state >> 27)) * MixFactor2;
        return state ^ (state >> 31);
    }
}
