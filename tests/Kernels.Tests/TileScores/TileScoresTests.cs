using System.Runtime.Intrinsics;
using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Scan;
using Linr.Memory;

namespace Linr.Kernels.Tests;

/// <summary>
/// Each kernel, in each width of vector, hardware or not, against the exact value and the stated bound.
/// </summary>
public sealed unsafe class TileScoresTests
{
    private const int Entries = TileRows.EntriesMax + TileRows.PaddedEntries;

    public static TheoryData<int, int> Shapes()
    {
        TheoryData<int, int> shapes = [];
        foreach (int dim in (int[])[1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 128, 257])
        {
            foreach (int count in (int[])[1, 5, 6, 7, 64, TileRows.EntriesMax])
            {
                shapes.Add(dim, count);
            }
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Panels_are_within_the_bound(int dim, int count)
    {
        Panels<Lanes128, Vector128<float>>(dim, count);
        Panels<Lanes256, Vector256<float>>(dim, count);
        Panels<Lanes512, Vector512<float>>(dim, count);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Small_batches_are_within_the_bound(int dim, int count)
    {
        foreach (RowElement element in RandomRows.FloatElements)
        {
            for (int queryCount = 1; queryCount <= TileScores.FewMax; queryCount++)
            {
                SmallBatch(dim, count, element, queryCount, isScattered: true);
                SmallBatch(dim, count, element, queryCount, isScattered: false);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(150)]
    public void Kept_entries_are_those_not_below_the_limit_and_nan(int count)
    {
        using NativeBuffer buffer = new(Entries * 64 * sizeof(float));
        float* scores = (float*)buffer.Address;
        for (int e = 0; e < count; e++)
        {
            scores[e] = e % 7 == 3 ? float.NaN : e % 5;
        }

        ulong* kept = stackalloc ulong[4];
        TileScores.FewKept(scores, count, 2, kept);
        for (int e = 0; e < 64 * ((count + 63) / 64); e++)
        {
            bool expected = e < count && !(scores[e] < 2);
            Assert.Equal(expected, ((kept[e / 64] >> (e % 64)) & 1) != 0);
        }
    }

    [Fact]
    public void Kept_queries_of_a_panel_are_listed_by_entry()
    {
        int width = TileScores.PanelWidth;
        using NativeBuffer buffer = new(Entries * 64 * sizeof(float));
        float* scores = (float*)buffer.Address;
        float* limits = stackalloc float[width];
        ulong* kept = stackalloc ulong[10];
        new Span<float>(limits, width).Fill(1);
        scores[(3 * width) + 2] = 1;
        scores[(3 * width) + width - 1] = float.NaN;
        scores[(7 * width) + 1] = 5;
        scores[(8 * width) + 0] = 5;
        int count = TileScores.PanelKept(scores, 10, limits, uint.MaxValue - 1, kept);
        Assert.Equal([(3UL << 32) | 4 | (1UL << (width - 1)), (7UL << 32) | 2], new Span<ulong>(kept, count).ToArray());
    }

    [Fact]
    public void Kept_queries_of_a_narrow_panel_are_listed_by_entry()
    {
        KeptNarrow<Lanes128, Vector128<float>>();
        KeptNarrow<Lanes256, Vector256<float>>();
        KeptNarrow<Lanes512, Vector512<float>>();
    }

    private static void KeptNarrow<TLanes, TVector>()
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        int width = 2 * TLanes.Count;
        uint used = (1u << (TLanes.Count - 1)) - 1;
        float* scores = stackalloc float[11 * width];
        float* limits = stackalloc float[width];
        ulong* kept = stackalloc ulong[11];
        new Span<float>(scores, 11 * width).Clear();
        new Span<float>(limits, width).Fill(1);
        for (int e = 0; e < 11; e++)
        {
            // Neither a slot that is not used nor the second vector counts.
            scores[(e * width) + TLanes.Count - 1] = 5;
            scores[(e * width) + TLanes.Count] = float.NaN;
        }

        scores[(2 * width) + 1] = 1;
        scores[(3 * width) + 0] = float.NaN;
        scores[(10 * width) + 2] = 2;
        scores[(10 * width) + 0] = 2;
        int count = PanelKernel<TLanes, TVector>.Kept(scores, 11, limits, used, kept);
        Assert.Equal([(2UL << 32) | 2, (3UL << 32) | 1, (10UL << 32) | 5], new Span<ulong>(kept, count).ToArray());
    }

    private static void SmallBatch(int dim, int count, RowElement element, int queryCount, bool isScattered)
    {
        using Tile tile = new(dim, count, element, queryCount, isScattered);
        int stride = TileScores.FewStride(dim);
        for (int query = 0; query < queryCount; query++)
        {
            TileScores.PackFew(tile.Query(query), element, 0, tile.Packed + (query * stride));
        }

        foreach (bool add in (bool[])[false, true])
        {
            TileScores.Few(tile.Rows, element, dim, tile.Packed, queryCount, tile.Scales, add, tile.Scores);
            tile.Check(add ? 2 : 1, (query, entry) => tile.Scores[(query * Entries) + entry]);
        }
    }

    private static void Panels<TLanes, TVector>(int dim, int count)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        int width = 2 * TLanes.Count;
        foreach (int queryCount in (int[])[1, TLanes.Count, TLanes.Count + 1, width])
        {
            using Tile tile = new(dim, count, RowElement.Float32, queryCount, isScattered: queryCount % 2 == 0);
            for (int query = 0; query < queryCount; query++)
            {
                TileScores.PackPanel(tile.Query(query), query, queryCount, width, tile.Packed);
            }

            foreach (bool add in (bool[])[false, true])
            {
                PanelKernel<TLanes, TVector>.Score(
                    tile.Rows, dim, tile.Packed, queryCount, tile.Scales, add, tile.Scores);
                tile.Check(add ? 2 : 1, (query, entry) => tile.Scores[(entry * width) + query]);
            }
        }
    }

    /// <summary>Rows, scattered or side by side, queries, and room for packed queries and scores.</summary>
    private sealed class Tile : IDisposable
    {
        private readonly NativeBuffer _buffer = new(8 << 20);
        private readonly GuardedRows _guarded;
        private readonly float[][] _queries;
        private readonly float[][] _rows;

        public Tile(int dim, int count, RowElement element, int queryCount, bool isScattered)
        {
            Random random = new((dim * 1000) + count);
            _queries = [.. Enumerable.Range(0, queryCount).Select(_ => Vector(random, dim))];
            _rows = [.. Enumerable.Range(0, count).Select(_ => Vector(random, dim))];
            Packed = (float*)_buffer.Address;
            Scores = (float*)(_buffer.Address + (2 << 20));
            Scales = (float*)(_buffer.Address + (6 << 20));
            ushort* offsets = (ushort*)(_buffer.Address + (7 << 20));
            nint rowBytes = ScanSegment.RowBytesOf(dim, element);
            _guarded = new GuardedRows((isScattered ? 2 * count : count) * rowBytes);
            for (int e = 0; e < count + TileRows.PaddedEntries; e++)
            {
                // Odd places, last row first: neither side by side nor ascending. Or one row after the other, of which
                // the last ends where the memory does.
                int row = Math.Min(e, count - 1);
                offsets[e] = (ushort)(isScattered ? (2 * (count - row)) - 1 : row);
                Scales[e] = 0.5f + row;
            }

            for (int e = 0; e < count; e++)
            {
                Write(_guarded.First + (offsets[e] * rowBytes), element, _rows[e]);
            }

            Rows = new TileRows(_guarded.First, rowBytes, offsets, count, isScattered);
        }

        public TileRows Rows { get; }

        public float* Packed { get; }

        public float* Scores { get; }

        public float* Scales { get; }

        public ReadOnlySpan<float> Query(int query) => _queries[query];

        public void Check(int times, Func<int, int, float> scoreOf)
        {
            for (int query = 0; query < _queries.Length; query++)
            {
                for (int e = 0; e < _rows.Length; e++)
                {
                    double exact = times * TileScores.Reference(_queries[query], _rows[e], Scales[e], 0);
                    double size = Norm(_queries[query]) * Norm(_rows[e]) * Scales[e] * times;
                    double bound = (_queries[query].Length + 4) * size / (1 << 24);
                    Assert.InRange(scoreOf(query, e), exact - bound, exact + bound);
                }
            }
        }

        public void Dispose()
        {
            _buffer.Dispose();
            _guarded.Dispose();
        }

        /// <summary>Writes a row, and what it is there.</summary>
        private static void Write(byte* row, RowElement element, float[] values)
        {
            for (int d = 0; d < values.Length; d++)
            {
                switch (element)
                {
                    case RowElement.Float32:
                        ((float*)row)[d] = values[d];
                        break;
                    case RowElement.Float16:
                        ((Half*)row)[d] = (Half)values[d];
                        values[d] = (float)((Half*)row)[d];
                        break;
                    case RowElement.Int8:
                        ((sbyte*)row)[d] = (sbyte)(values[d] * 254);
                        values[d] = ((sbyte*)row)[d];
                        break;
                    default:
                        ((ushort*)row)[d] = BFloats.Round(values[d]);
                        values[d] = BFloats.Widen(((ushort*)row)[d]);
                        break;
                }
            }
        }

        private static float[] Vector(Random random, int dim)
            => [.. Enumerable.Range(0, dim)
                .Select(_ => (random.NextSingle() - 0.5f) * (random.Next(9) == 0 ? 1e-6f : 1))];

        private static double Norm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));
    }
}
