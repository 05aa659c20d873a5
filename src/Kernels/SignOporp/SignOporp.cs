using System.Numerics.Tensors;

namespace Linr.Kernels;

/// <summary>
/// Sign-OPORP codes of 64 to 1,024 bits (Li and Li, <em>OPORP: One Permutation + One Random Projection</em>, arXiv
/// 2302.03505): one random permutation of a row's D components, one random sign for each, sums over bins of neighbours,
/// and of each sum its sign. Where more bits are wanted than a row has components, the whole is repeated with other
/// permutations and signs, in bins of four components. The same seed gives the same bits on every machine.
/// </summary>
/// <remarks>
/// Sums are float32, added in ascending order of the permuted components, so nothing depends on the instruction set.
/// Bins differ by one component at most where they cannot be equal; the paper pads with zeros, which would leave whole
/// bins empty.
/// </remarks>
public sealed partial class SignOporp
{
    /// <summary>Fewest bits of a code.</summary>
    public const int BitsMin = 64;

    /// <summary>Most bits of a code.</summary>
    public const int BitsMax = 1024;

    /// <summary>Bits of a code are a multiple of these: a word.</summary>
    public const int WordBits = 64;

    /// <summary>The largest whole number of an asymmetric query.</summary>
    public const int QueryMax = 127;

    /// <summary>
    /// Components of a bin, where permutations repeat, at least: bins of one repeat nothing but the signs of the
    /// components. The demo's embeddings, D 64, recall of the 100 best at 512 bits: 0.34 with bins of one, 0.64 with
    /// two, 0.67 with four and with eight; at 64 bits, not repeated, bins of one are the best.
    /// </summary>
    private const int RepeatedBin = 4;

    private readonly int[] _places;
    private readonly int[] _binStarts;

    /// <summary>Draws the permutations and signs.</summary>
    /// <param name="dim">Components of a row, D, 1 or more.</param>
    /// <param name="bits">Bits of a code, a multiple of 64 from 64 to 1,024.</param>
    /// <param name="seed">What they are drawn from.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not allowed.</exception>
    public SignOporp(int dim, int bits, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dim);
        if (!IsBits(bits))
        {
            throw new ArgumentOutOfRangeException(
                nameof(bits), bits, $"Expected a multiple of {WordBits} from {BitsMin} to {BitsMax}.");
        }

        (Dim, Bits, Seed) = (dim, bits, seed);
        int bins = Math.Max(1, dim / RepeatedBin);
        Repetitions = bits <= dim ? 1 : (bits + bins - 1) / bins;
        _places = new int[(long)Repetitions * dim];
        _binStarts = new int[bits + 1];
        Draw();
    }

    /// <summary>Components of a row, D.</summary>
    public int Dim { get; }

    /// <summary>Bits of a code.</summary>
    public int Bits { get; }

    /// <summary>What permutations and signs are drawn from.</summary>
    public ulong Seed { get; }

    /// <summary>Permutations of a code.</summary>
    public int Repetitions { get; }

    /// <summary>64-bit words of a code.</summary>
    public int Words => Bits / WordBits;

    /// <summary>
    /// [<see cref="Repetitions"/> x D] the component at each place, or its complement where it is taken negative.
    /// </summary>
    public ReadOnlySpan<int> Places => _places;

    /// <summary>[bits + 1] bin b has the places from its start to the next one's.</summary>
    public ReadOnlySpan<int> BinStarts => _binStarts;

    /// <summary>Whether codes can have so many bits.</summary>
    public static bool IsBits(int bits) => bits is >= BitsMin and <= BitsMax && bits % WordBits == 0;

    /// <summary>
    /// The cosine that two codes tell: bits differ with probability angle / pi, were the projections normal.
    /// </summary>
    /// <param name="bits">Bits of a code.</param>
    /// <param name="differing">Bits in which the codes differ.</param>
    public static double Cosine(int bits, int differing) => Math.Cos(Math.PI * differing / bits);

    /// <summary>
    /// How far <see cref="Cosine"/> lies from the truth at most, for independent bits, but for a share
    /// <paramref name="risk"/> of pairs: pi * sqrt(ln(2 / risk) / (2 bits)), by Hoeffding's inequality and since a
    /// cosine moves no faster than its angle.
    /// </summary>
    public static double CosineError(int bits, double risk) => Math.PI * Math.Sqrt(Math.Log(2 / risk) / (2.0 * bits));

    /// <summary>Writes a row's code: bit b is set where bin b's sum is not negative.</summary>
    /// <param name="row">D finite components.</param>
    /// <param name="code">[<see cref="Words"/>] takes it, bit b as bit b % 64 of word b / 64.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Encode(ReadOnlySpan<float> row, Span<ulong> code)
    {
        if (row.Length != Dim || code.Length != Words)
        {
            throw new ArgumentException(
                $"Expected {Dim} components and {Words} words; found {row.Length} and {code.Length}.");
        }

        EncodeReference(row, code);
    }

    /// <summary>
    /// A vector of norm 1 that has a code, or, where permutations are repeated, about that code: of each component the sum
    /// of what its bits say.
    /// </summary>
    /// <param name="code">[<see cref="Words"/>]</param>
    /// <param name="row">[D] takes it.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Decode(ReadOnlySpan<ulong> code, Span<float> row)
    {
        if (row.Length != Dim || code.Length != Words)
        {
            throw new ArgumentException(
                $"Expected {Dim} components and {Words} words; found {row.Length} and {code.Length}.");
        }

        row.Clear();
        for (int bit = 0; bit < Bits; bit++)
        {
            float sign = (code[bit / WordBits] >> (bit % WordBits) & 1) != 0 ? 1 : -1;
            foreach (int place in _places.AsSpan(_binStarts[bit], _binStarts[bit + 1] - _binStarts[bit]))
            {
                row[place < 0 ? ~place : place] += place < 0 ? -sign : sign;
            }
        }

        float norm = (float)Math.Sqrt(CanonicalScore.Dot(row, row));
        if (norm > 0)
        {
            TensorPrimitives.Divide(row, norm, row);
        }
    }

    /// <summary>
    /// A query as whole numbers whose dot product with a code's signs (+1 where a bit is set, else -1) ranks rows.
    /// Symmetric: +1 and -1, the query's own code. Asymmetric: its sums, scaled to within
    /// <see cref="QueryMax"/> and rounded, which keeps what the sign of a sum forgets.
    /// </summary>
    /// <param name="query">D finite components.</param>
    /// <param name="isAsymmetric">Which of the two.</param>
    /// <param name="values">[bits] takes the numbers.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void EncodeQuery(ReadOnlySpan<float> query, bool isAsymmetric, Span<float> values)
    {
        if (query.Length != Dim || values.Length != Bits)
        {
            throw new ArgumentException(
                $"Expected {Dim} components and room for {Bits} numbers; found {query.Length} and {values.Length}.");
        }

        EncodeQueryReference(query, isAsymmetric, values);
    }

    /// <summary>The cosine that a score tells, of a query as <see cref="EncodeQuery"/> wrote it and a code.</summary>
    /// <param name="values">The query's numbers.</param>
    /// <param name="score">Their dot product with the code's signs.</param>
    public static float EstimateCosine(ReadOnlySpan<float> values, float score) => new CodeCosine(values).Of(score);

    /// <summary>Fisher and Yates, and a sign each, from SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).</summary>
    private void Draw()
    {
        ulong state = RandomTable.Start(Seed);
        int bin = 0;
        for (int repetition = 0; repetition < Repetitions; repetition++)
        {
            int first = repetition * Dim;
            Span<int> places = _places.AsSpan(first, Dim);
            for (int i = 0; i < Dim; i++)
            {
                int at = (int)(Next() % (ulong)(i + 1));
                (places[i], places[at]) = (places[at], i);
            }

            foreach (ref int place in places)
            {
                place = Next() % 2 == 0 ? place : ~place;
            }

            int bins = (int)((long)Bits * (repetition + 1) / Repetitions) - bin;
            for (int i = 0; i < bins; i++)
            {
                _binStarts[bin + i] = first + (int)((long)Dim * i / bins);
            }

            bin += bins;
        }

        _binStarts[Bits] = Repetitions * Dim;

        ulong Next() => RandomTable.Mix(state += RandomTable.Step);
    }
}
