using System.Numerics;
using Linr.Engine.Quantization;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Kernels;

namespace Linr.Tests.Engine.Quantization;

/// <summary>
/// Recall by symmetric codes, from what it means: the best rows by bits that differ, against the best by cosine. What
/// rescoring puts in order cannot lose an exact hit that was kept.
/// </summary>
internal static class NaiveRecall
{
    public static double Of(ItemTable table, QuantizationOptions options, int bits, int k, int kept)
    {
        EmbeddingColumn column = table.Embeddings[0];
        var coder = new SignOporp(column.Schema.Dim, bits, seed: 0);
        uint[] rows = [.. Enumerable.Range(0, (int)table.Rows).Select(row => (uint)row)];
        float[][] embeddings = [.. rows.Select(row => Read(column, row))];
        ulong[][] codes = [.. embeddings.Select(embedding => Code(coder, embedding))];
        ReadOnlyMemory<float>[] queries = MixedQueries.Draw(column, options.QueryCount, options.Seed);
        int found = 0;
        foreach (ReadOnlyMemory<float> query in queries)
        {
            float[] values = query.ToArray();
            ulong[] code = Code(coder, values);
            IEnumerable<uint> exact = rows.OrderByDescending(row => Cosine(values, embeddings[row])).Take(k);
            IEnumerable<uint> byCodes = rows.OrderBy(row => Differing(code, codes[row]))
                .ThenBy(row => row, Comparer<uint>.Create(table.Order.Compare)).Take(kept);
            found += exact.Intersect(byCodes).Count();
        }

        return (double)found / (k * queries.Length);
    }

    private static float[] Read(EmbeddingColumn column, uint row)
    {
        var embedding = new float[column.Schema.Dim];
        column.Read(row, embedding);
        return embedding;
    }

    private static ulong[] Code(SignOporp coder, float[] values)
    {
        var code = new ulong[coder.Words];
        coder.Encode(values, code);
        return code;
    }

    private static int Differing(ulong[] left, ulong[] right)
        => left.Zip(right, (one, other) => BitOperations.PopCount(one ^ other)).Sum();

    private static double Cosine(float[] query, float[] row)
        => query.Zip(row, (left, right) => (double)left * right).Sum()
            / Math.Sqrt(row.Sum(value => (double)value * value));
}
