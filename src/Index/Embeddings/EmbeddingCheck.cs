using System.Globalization;

namespace Linr.Index.Embeddings;

/// <summary>What an embedding row must be to be stored: of the right width, finite, not too long.</summary>
internal static class EmbeddingCheck
{
    /// <summary>What is wrong with a row, or null; its norm either way.</summary>
    public static string? FindProblem(EmbeddingSchema schema, ReadOnlySpan<float> row, out double norm)
    {
        norm = 0;
        if (row.Length != schema.Dim)
        {
            return $"embedding \"{schema.Name}\": expected {schema.Dim} components; found {row.Length}";
        }

        norm = EmbeddingNorm.Of(row);
        if (!double.IsFinite(norm))
        {
            int position = 0;
            while (float.IsFinite(row[position]))
            {
                position++;
            }

            return $"embedding \"{schema.Name}\": expected finite components; "
                + $"found {Text(row[position])} at {position}";
        }

        if (norm > Limits.NormMax)
        {
            return $"embedding \"{schema.Name}\": expected a norm of at most {Text(Limits.NormMax)}; "
                + $"found {Text(norm)}";
        }

        return schema is { RowType: RowType.Float16, Metric: not Metric.Cosine } ? FindOverflow(schema, row) : null;
    }

    private static string? FindOverflow(EmbeddingSchema schema, ReadOnlySpan<float> row)
    {
        for (int i = 0; i < row.Length; i++)
        {
            if (!Half.IsFinite((Half)row[i]))
            {
                return $"embedding \"{schema.Name}\": expected components within "
                    + $"±{Text((float)Half.MaxValue)} (16-bit rows); found {Text(row[i])} at {i}";
            }
        }

        return null;
    }

    private static string Text(double value) => value.ToString("G9", CultureInfo.InvariantCulture);
}
