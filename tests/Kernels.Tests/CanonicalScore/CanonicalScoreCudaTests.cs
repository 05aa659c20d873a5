using Linr.Cuda;
using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests;

public sealed class CanonicalScoreCudaTests(CudaMachine machine) : CudaTest(machine)
{
    private const int QueryCount = 5;
    private const int RowCount = 67;

    public static MatrixTheoryData<CudaElement, ScanMetric> Kinds
        => new(RandomRows.CudaFloats, Enum.GetValues<ScanMetric>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Scores_have_the_bits_of_the_cpu_at_every_dim(CudaElement element, ScanMetric metric)
    {
        using var op = new CanonicalScoreCuda(Context);
        foreach (int dim in (int[])[1, 2, 7, 8, 9, 15, 16, 63, 64, 65, 71, 72, 127, 128, 129, 250, 257])
        {
            using var term = new Term(this, element, metric, dim, seed: dim);
            Check(op, [term], $"{element}, {metric}, D = {dim}");
        }
    }

    /// <summary>
    /// The same elements in another order, taken off again: the rounding to float would hide the order of summation.
    /// </summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_two_orders_of_the_same_elements_leave_has_the_bits_of_the_cpu(CudaElement element, ScanMetric metric)
    {
        float[] minus = [.. Enumerable.Repeat(-1f, QueryCount)];
        using var op = new CanonicalScoreCuda(Context);
        int differences = 0;
        foreach (int dim in (int[])[9, 31, 64, 100, 128, 200])
        {
            using var term = new Term(this, element, metric, dim, seed: dim);
            using var turned = new Term(this, element, metric, dim, seed: dim, turn: 3, weights: minus);
            differences += Check(op, [term, turned], $"{element}, {metric}, D = {dim}, turned");
        }

        Assert.True(differences > 50, $"Only {differences} scores tell the order.");
    }

    [Fact]
    public void Minus_zero_becomes_zero()
    {
        using var op = new CanonicalScoreCuda(Context);
        using DeviceBuffer<float> query = OnDevice(1e-30f);
        using DeviceBuffer<float> row = OnDevice(-1e-30f);
        using DeviceBuffer<CudaScoreSegment> segment = OnDevice(new CudaScoreSegment(
            ScanMetric.Dot, CudaElement.Float32, 1, row.Slice().Cast<byte>(), sizeof(float), query.Slice(), default, default));
        using DeviceBuffer<CudaScorePair> pair = OnDevice(new CudaScorePair(0, 0));
        using DeviceBuffer<uint> count = OnDevice(1u);
        using DeviceBuffer<float> score = OnDevice(1f);
        op.Launch(Stream, segment.Slice(), pair.Slice(), count.Slice(), score.Slice());
        Assert.Equal(0u, BitConverter.SingleToUInt32Bits(ToHost(score.Slice())[0]));
    }

    [Fact]
    public void Terms_are_weighted_and_added_in_order()
    {
        using var op = new CanonicalScoreCuda(Context);
        using var first = new Term(this, CudaElement.Float32, ScanMetric.Cosine, 33, seed: 1, weights: [1, -2, 0.3f, 0, 5]);
        using var second = new Term(this, CudaElement.Float16, ScanMetric.Euclidean, 128, seed: 2, weights: [1e-20f, 3, 1, -1, 0.1f]);
        using var third = new Term(this, CudaElement.BFloat16, ScanMetric.Dot, 96, seed: 3);
        Check(op, [first, second, third], "three terms");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(40)]
    [InlineData(1000)]
    public void As_many_pairs_as_the_device_says_are_scored(uint count)
    {
        using var op = new CanonicalScoreCuda(Context);
        using var term = new Term(this, CudaElement.Float32, ScanMetric.Dot, 24, seed: 9);
        var pairs = new CudaScorePair[40];
        for (uint i = 0; i < pairs.Length; i++)
        {
            pairs[i] = new CudaScorePair(i % QueryCount, i);
        }

        float[] scores = Run(op, [term], pairs, count);
        for (int i = 0; i < pairs.Length; i++)
        {
            float expected = i < count ? CanonicalScore.Round(term.Score(pairs[i])) : -1;
            Assert.Equal(expected, scores[i]);
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        using var op = new CanonicalScoreCuda(Context);
        using DeviceBuffer<float> floats = OnDevice(new float[16]);
        using DeviceBuffer<uint> counts = OnDevice(1u, 2u);
        using var pairs = new DeviceBuffer<CudaScorePair>(Context, 4, "pairs");
        using var segments = new DeviceBuffer<CudaScoreSegment>(Context, 1, "segments");
        Assert.Throws<ArgumentException>(
            () => op.Launch(Stream, segments.Slice(), pairs.Slice(), counts.Slice(), floats.Slice(0, 4)));
        Assert.Throws<ArgumentException>(
            () => op.Launch(Stream, segments.Slice(), pairs.Slice(), counts.Slice(0, 1), floats.Slice(0, 3)));
        Assert.Throws<ArgumentException>(() => new CudaScoreSegment(
            ScanMetric.Cosine, CudaElement.Float32, 4, floats.Slice().Cast<byte>(), 16, floats.Slice(), default, default));
        Assert.Throws<ArgumentException>(() => new CudaScoreSegment(
            ScanMetric.Dot, CudaElement.Float32, 5, floats.Slice().Cast<byte>(), 20, floats.Slice(), default, default));
        Assert.Throws<ArgumentException>(() => new CudaScoreSegment(
            ScanMetric.Dot, CudaElement.Float32, 4, floats.Slice().Cast<byte>(), 8, floats.Slice(), default, default));
    }

    /// <summary>Compares every score; how many of them are not 0.</summary>
    private int Check(CanonicalScoreCuda op, Term[] terms, string what)
    {
        var pairs = new CudaScorePair[QueryCount * RowCount];
        for (uint i = 0; i < pairs.Length; i++)
        {
            pairs[i] = new CudaScorePair(i % QueryCount, i * 31 % RowCount);
        }

        float[] scores = Run(op, terms, pairs, (uint)pairs.Length);
        for (int i = 0; i < pairs.Length; i++)
        {
            double sum = 0;
            foreach (Term term in terms)
            {
                sum += term.Score(pairs[i]);
            }

            float expected = CanonicalScore.Round(sum);
            Assert.True(
                BitConverter.SingleToUInt32Bits(expected) == BitConverter.SingleToUInt32Bits(scores[i]),
                $"{what}, {pairs[i]}: expected {expected:g9}, found {scores[i]:g9}.");
        }

        return scores.Count(score => score != 0);
    }

    private float[] Run(CanonicalScoreCuda op, Term[] terms, CudaScorePair[] pairs, uint count)
    {
        using DeviceBuffer<CudaScoreSegment> segments = OnDevice([.. terms.Select(t => t.Segment)]);
        using DeviceBuffer<CudaScorePair> list = OnDevice(pairs);
        using DeviceBuffer<uint> pairCount = OnDevice(count);
        using var scores = new DeviceBuffer<float>(Context, pairs.Length, "scores");
        Stream.EnqueueFill(scores.Slice(), -1f);
        op.Launch(Stream, segments.Slice(), list.Slice(), pairCount.Slice(), scores.Slice());
        return ToHost(scores.Slice());
    }

    /// <summary>Random rows and queries, among them zeros and elements of very different size.</summary>
    private sealed class Term : IDisposable
    {
        private readonly ScanMetric _metric;
        private readonly int _dim;
        private readonly float[] _rows;
        private readonly float[] _queries;
        private readonly float[] _weights;
        private readonly List<IDisposable> _owned = [];

        public Term(
            CanonicalScoreCudaTests test,
            CudaElement element,
            ScanMetric metric,
            int dim,
            int seed,
            int turn = 0,
            float[]? weights = null)
        {
            _metric = metric;
            _dim = dim;
            _weights = weights ?? [];
            var random = new Random(seed);
            _rows = Make(random, RowCount, dim, turn, element is CudaElement.Float16 or CudaElement.Int8 ? 1e4 : 1e15);
            _queries = Make(random, QueryCount, dim, turn, 1e15);
            _rows.AsSpan(dim, dim).Clear();
            _queries.AsSpan(dim, dim).Clear();
            DeviceBuffer<byte> rows = Own(test.OnDevice(Encode(element, out Half[] scales)));
            DeviceBuffer<Half> scalesThere = Own(test.OnDevice(scales));
            DeviceBuffer<float> queries = Own(test.OnDevice(_queries));
            double[] norms = metric == ScanMetric.Cosine
                ? [.. Enumerable.Range(0, QueryCount).Select(q => CanonicalScore.Dot(Query((uint)q), Query((uint)q)))]
                : [];
            DeviceSlice<double> normSlice = norms.Length == 0 ? default : Own(test.OnDevice(norms)).Slice();
            DeviceSlice<float> weightSlice = _weights.Length == 0 ? default : Own(test.OnDevice(_weights)).Slice();
            Segment = new CudaScoreSegment(
                metric,
                element,
                dim,
                rows.Slice(),
                RowBytes(element),
                queries.Slice(),
                normSlice,
                weightSlice,
                scalesThere.Slice());
        }

        public CudaScoreSegment Segment { get; }

        public double Score(CudaScorePair pair)
        {
            ReadOnlySpan<float> query = Query(pair.Query);
            ReadOnlySpan<float> row = _rows.AsSpan((int)pair.Row * _dim, _dim);
            double term = _metric switch
            {
                ScanMetric.Dot => CanonicalScore.DotReference(query, row),
                ScanMetric.Cosine => CanonicalScore.Cosine(
                    CanonicalScore.DotReference(query, row),
                    CanonicalScore.DotReference(query, query),
                    CanonicalScore.DotReference(row, row)),
                _ => -CanonicalScore.SquaredDistanceReference(query, row),
            };
            return (_weights.Length == 0 ? 1 : (double)_weights[pair.Query]) * term;
        }

        public void Dispose() => _owned.ForEach(o => o.Dispose());

        private ReadOnlySpan<float> Query(uint query) => _queries.AsSpan((int)query * _dim, _dim);

        private static float[] Make(Random random, int count, int dim, int turn, double largest)
        {
            var values = new float[count * dim];
            for (int i = 0; i < values.Length; i++)
            {
                double size = i % 7 == 0 ? Math.Pow(largest, (2 * random.NextDouble()) - 1) : random.NextDouble();
                int at = (i / dim * dim) + ((i + turn) % dim);
                values[at] = (float)(random.Next(2) == 0 ? -size : size);
            }

            return values;
        }

        /// <summary>Rows of an even number of elements are padded by two more.</summary>
        private int RowBytes(CudaElement element) => element.Bytes(_dim % 2 == 0 ? _dim + 2 : _dim);

        /// <summary>The bytes of the rows, padded with rubbish; the floats become what the bytes hold.</summary>
        private byte[] Encode(CudaElement element, out Half[] scales)
        {
            scales = new Half[RowCount];
            var bytes = new byte[RowCount * RowBytes(element)];
            bytes.AsSpan().Fill(0x6f);
            for (int row = 0; row < RowCount; row++)
            {
                Span<float> values = _rows.AsSpan(row * _dim, _dim);
                scales[row] = DeviceRows.Write(
                    values, element, _metric, bytes.AsSpan(row * RowBytes(element), element.Bytes(_dim)), values);
            }

            return bytes;
        }

        private DeviceBuffer<T> Own<T>(DeviceBuffer<T> buffer)
            where T : unmanaged
        {
            _owned.Add(buffer);
            return buffer;
        }
    }
}
