using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>
/// Scores of rows that are codes, a bit a component: the dot product of a query of whole numbers and a row's signs, +1
/// where a bit is set and -1 elsewhere. Exact: whole numbers that floats hold. A query of +1 and -1 takes one population
/// count a word, another has its numbers cut into eight planes of bits and takes eight.
/// </summary>
/// <remarks>
/// With S(p) the bits set both in plane p and in the row, and two's complement: score = 2 * (sum of 2^p * S(p) - 2^8 *
/// S(7)) - sum of q. With D(q) the bits in which a code and the row differ: score = bits - 2 * D.
/// </remarks>
internal static unsafe partial class CodeScores
{
    /// <summary>Planes of a query that has other numbers than +1 and -1.</summary>
    public const int PlanesMax = 8;

    /// <summary>Bytes ahead of the planes of a query on a device.</summary>
    public const int HeadBytes = 16;

    private const int WordBits = 64;
    private const int FloatsPerWord = sizeof(ulong) / sizeof(float);

    /// <summary>Floats ahead of a packed query of a small batch, so that its planes are aligned.</summary>
    private const int HeadFloats = 16;

    /// <summary>The planes that these queries need together: 1, or <see cref="PlanesMax"/>.</summary>
    public static int PlanesOf(ReadOnlySpan<float> queries)
    {
        foreach (float value in queries)
        {
            if (Math.Abs(value) != 1)
            {
                return PlanesMax;
            }
        }

        return 1;
    }

    /// <summary>Floats of a packed query of a small batch.</summary>
    public static int FewStride(int bits, int planes)
        => HeadFloats + ((planes * bits / WordBits * FloatsPerWord) + HeadFloats - 1) / HeadFloats * HeadFloats;

    /// <summary>Floats of a packed panel.</summary>
    public static int PanelStride(int bits, int planes)
        => TileScores.PanelWidth * (1 + (planes * bits / WordBits * FloatsPerWord));

    /// <summary>Packs a query: what is added to each score, then [word][plane].</summary>
    public static void PackFew(ReadOnlySpan<float> query, int planes, float* packed)
    {
        *packed = Base(query, planes);
        Pack(query, planes, (ulong*)(packed + HeadFloats), 1, planes);
    }

    /// <summary>Packs query <paramref name="position"/> of a panel: bases [query], then [plane][word][query].</summary>
    public static void PackPanel(ReadOnlySpan<float> query, int planes, int position, float* panel)
    {
        panel[position] = Base(query, planes);
        int width = TileScores.PanelWidth;
        Pack(query, planes, (ulong*)(panel + width) + position, query.Length / WordBits * width, width);
    }

    /// <summary>
    /// Packs a query for a device: the number of planes, what is added to each score, eight bytes of nothing, then
    /// [plane][word].
    /// </summary>
    public static void Pack(ReadOnlySpan<float> query, int planes, Span<byte> packed)
    {
        packed.Clear();
        BitConverter.TryWriteBytes(packed, planes);
        BitConverter.TryWriteBytes(packed[sizeof(int)..], (int)Base(query, planes));
        fixed (byte* words = packed[HeadBytes..])
        {
            Pack(query, planes, (ulong*)words, query.Length / WordBits, 1);
        }
    }

    /// <summary>
    /// Scores up to <see cref="TileScores.FewMax"/> queries, [query][entry] as <see cref="TileScores.Few"/>.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="bits">Bits of a row.</param>
    /// <param name="planes">Planes of a query.</param>
    /// <param name="queries">Queries as <see cref="PackFew"/> writes them, one after the other.</param>
    /// <param name="queryCount">How many.</param>
    /// <param name="scores">Takes the scores.</param>
    public static void Few(in TileRows rows, int bits, int planes, float* queries, int queryCount, float* scores)
    {
        int words = bits / WordBits;
        int stride = FewStride(bits, planes);
        for (int q = 0; q < queryCount; q++)
        {
            float* packed = queries + ((long)q * stride);
            float* target = scores + ((long)q * (TileRows.EntriesMax + TileRows.PaddedEntries));
            ulong* query = (ulong*)(packed + HeadFloats);
            if (planes == 1)
            {
                CodeRows.Score(rows, words, *packed, query, target);
            }
            else if (Avx512BW.IsSupported && Vector512.IsHardwareAccelerated)
            {
                PlaneRows<CodeLanes512, Vector512<byte>>.Score(rows, words, *packed, query, target);
            }
            else if (Avx2.IsSupported && Vector256.IsHardwareAccelerated)
            {
                PlaneRows<CodeLanes256, Vector256<byte>>.Score(rows, words, *packed, query, target);
            }
            else
            {
                FewReference(rows, words, planes, *packed, query, target);
            }
        }
    }

    /// <summary>Scores a panel, [entry][query] as <see cref="TileScores.Panel"/>.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="bits">Bits of a row.</param>
    /// <param name="planes">Planes of a query.</param>
    /// <param name="panel">The panel as <see cref="PackPanel"/> writes it.</param>
    /// <param name="scores">Takes the scores.</param>
    public static void Panel(in TileRows rows, int bits, int planes, float* panel, float* scores)
    {
        if (Avx512BW.IsSupported && Vector512.IsHardwareAccelerated)
        {
            CodePanel<CodeLanes512, Vector512<byte>>.Score(rows, bits / WordBits, planes, panel, scores);
        }
        else if (Avx2.IsSupported && Vector256.IsHardwareAccelerated)
        {
            CodePanel<CodeLanes256, Vector256<byte>>.Score(rows, bits / WordBits, planes, panel, scores);
        }
        else
        {
            PanelReference(rows, bits / WordBits, planes, panel, scores);
        }
    }

    private static float Base(ReadOnlySpan<float> query, int planes)
    {
        if (planes == 1)
        {
            return query.Length;
        }

        float sum = 0;
        foreach (float value in query)
        {
            sum += value;
        }

        return -sum;
    }

    private static void Pack(ReadOnlySpan<float> query, int planes, ulong* words, int planeStride, int wordStride)
    {
        int wordCount = query.Length / WordBits;
        for (int w = 0; w < wordCount; w++)
        {
            for (int p = 0; p < planes; p++)
            {
                ulong word = 0;
                for (int bit = 0; bit < WordBits; bit++)
                {
                    int value = (int)query[(w * WordBits) + bit];
                    bool isSet = planes == 1 ? value > 0 : (value >> p & 1) != 0;
                    word |= isSet ? 1UL << bit : 0;
                }

                words[(p * planeStride) + (w * wordStride)] = word;
            }
        }
    }
}
