using Linr.Memory;

namespace Linr.Kernels.Tests;

/// <summary>Products of bytes, in each width of vector that this machine has, against whole numbers one by one.</summary>
public sealed unsafe class Int8ScoresTests
{
    private const float Before = 3;
    private const int Count = 50;
    private const int Entries = Count + TileRows.PaddedEntries;

    public static TheoryData<int> Dims => [1, 3, 4, 5, 8, 9, 31, 32, 33, 63, 64, 65, 100, 128, 700];

    [Theory]
    [MemberData(nameof(Dims))]
    public void Kept_are_those_whose_scores_reach_the_limit_by_the_bound(int dim)
    {
        if (!Int8Scores.Serves(dim, isFew: false))
        {
            return;
        }

        int width = TileScores.PanelWidth;
        using NativeBuffer buffer = new(8 << 20);
        float* panel = (float*)buffer.Address;
        sbyte* stored = (sbyte*)(buffer.Address + (1 << 20));
        byte* ready = (byte*)(buffer.Address + (2 << 20));
        float* scores = (float*)(buffer.Address + (3 << 20));
        float* limits = (float*)(buffer.Address + (6 << 20));
        ulong* kept = (ulong*)(buffer.Address + (7 << 20));
        float* scales = (float*)(buffer.Address + (4 << 20));
        ushort* offsets = (ushort*)(buffer.Address + (5 << 20));
        ushort* sequence = offsets + Entries;
        Random random = new(dim);
        for (int e = 0; e < Entries; e++)
        {
            offsets[e] = (ushort)(Count - 1 - Math.Min(e, Count - 1));
            sequence[e] = (ushort)e;
            scales[e] = 0.25f * (e + 1);
        }

        for (int i = 0; i < Count * dim; i++)
        {
            // Extremes, which sums of 16 bits would not hold were queries not rounded for them.
            stored[i] = (sbyte)(random.Next(3) == 0 ? random.Next(-127, 128) : random.Next(2) == 0 ? 127 : -127);
        }

        foreach (int queryCount in (int[])[1, width / 2, (width / 2) + 1, width])
        {
            new Span<float>(panel, Int8Scores.PanelStride(dim)).Clear();
            float[][] queries = [.. Enumerable.Range(0, queryCount).Select(q => Query(random, dim, q))];
            double[] lost = [.. queries.Select((query, q) => Int8Scores.PackPanel(query, q, panel))];
            TileRows rows = new((byte*)stored, dim, offsets, Count, isScattered: true);
            Int8Scores.MakeReady(rows, dim, ready);
            TileRows readied = new(ready, Int8Scores.RowStride(dim), sequence, Count, isScattered: false);
            for (int q = 0; q < queryCount; q++)
            {
                for (int e = 0; e < Count; e++)
                {
                    sbyte* row = stored + (offsets[e] * dim);
                    (double exact, double norm) = (0, 0);
                    for (int d = 0; d < dim; d++)
                    {
                        exact += (double)queries[q][d] * row[d];
                        norm += (double)row[d] * row[d];
                    }

                    exact = (exact * scales[e]) + Before;
                    double size = Math.Sqrt(norm * queries[q].Sum(value => (double)value * value));
                    double bound = (lost[q] * Math.Sqrt(norm) * scales[e]) + ((4 * size * scales[e]) + 99) / (1 << 23);
                    new Span<float>(scores, Entries * width).Fill(Before);
                    Assert.True(Keeps(exact - bound, e, q));
                    Assert.False(Keeps(exact + bound, e, q));
                }
            }

            bool Keeps(double limit, int entry, int query)
            {
                new Span<float>(limits, width).Fill(float.PositiveInfinity);
                limits[query] = (float)limit * Int8Scores.LimitFactors(panel)[query];
                Int8PanelTest test = new()
                {
                    Dim = dim,
                    Scales = scales,
                    Adds = true,
                    Before = scores,
                    Limits = limits,
                    Used = uint.MaxValue >> (32 - queryCount),
                    Ahead = ready,
                };
                int count = Int8Scores.PanelKept(readied, panel, test, kept);
                return new ReadOnlySpan<ulong>(kept, count).Contains(((ulong)entry << 32) | (1UL << query));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Dims))]
    public void Fine_scores_are_those_of_floats(int dim)
    {
        Random random = new(dim);
        var row = new sbyte[dim];
        random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(row.AsSpan()));
        float[] query = Query(random, dim, 0);
        float[] wide = [.. row.Select(value => (float)value)];
        fixed (sbyte* values = row)
        fixed (float* numbers = query)
        {
            double exact = CanonicalScore.DotReference(query, wide);
            Assert.InRange(Int8Scores.Fine(values, numbers, dim), exact - (0.001 * dim), exact + (0.001 * dim));
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    public void A_query_loses_little(int dim)
    {
        using NativeBuffer buffer = new(1 << 20);
        Random random = new(dim);
        for (int q = 0; q < 50; q++)
        {
            float[] query = [.. Enumerable.Range(0, dim).Select(_ => Normal(random))];
            double lost = Int8Scores.PackPanel(query, 0, (float*)buffer.Address);
            Assert.InRange(lost / Math.Sqrt(query.Sum(value => (double)value * value)), 0, 0.03);
        }
    }

    private static float Normal(Random random)
        => (float)(Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6);

    private static float[] Query(Random random, int dim, int kind)
    {
        float[] query = [.. Enumerable.Range(0, dim).Select(_ => (random.NextSingle() - 0.5f) * 3)];
        switch (kind % 5)
        {
            case 1:
                Array.Fill(query, 0.3f);
                break;
            case 2:
                Array.Fill(query, -7e-5f);
                break;
            case 3:
                Array.Clear(query);
                query[random.Next(dim)] = -1e20f;
                break;
            case 4:
                Array.Clear(query);
                break;
        }

        return query;
    }
}
