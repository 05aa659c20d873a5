using System.Globalization;
using Linr.Kernels;

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

        return FindOverflow(schema, schema.RowType, row)
            ?? (schema.Copy is { } copy ? FindOverflow(schema, copy, row) : null);
    }

    /// <summary>A component that rows of a type cannot hold, or null.</summary>
    private static string? FindOverflow(EmbeddingSchema schema, RowType rowType, ReadOnlySpan<float> row)
        => (rowType, schema.Metric) switch
        {
            (RowType.Float16, not Metric.Cosine) => FindTooLarge(
                schema, row, value => Half.IsFinite((Half)value), (float)Half.MaxValue, "16-bit rows"),
            (RowType.Int8, _) => FindTooLarge(
                schema, row, value => Math.Abs(value) <= Int8Rows.ComponentMax, Int8Rows.ComponentMax, "8-bit rows"),
            _ => null,
        };

    private static string? FindTooLarge(
        EmbeddingSchema schema, ReadOnlySpan<float> row, Func<float, bool> fits, float largest, string rows)
    {
        for (int i = 0; i < row.Length; i++)
        {
            if (!fits(row[i]))
            {
                return $"embedding \"{schema.Name}\": expected components within "
                    + $"±{Text(largest)} ({rows}); found {Text(row[i])} at {i}";
            }
        }

        return null;
    }

    private static string Text(double value) => value.ToString("G9", CultureInfo.InvariantCulture);
}
