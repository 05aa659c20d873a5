using System.Buffers.Text;

namespace Linr.Formats.Rows;

/// <summary>Embeddings from cells: a list of numbers, or text such as <c>[0.5, -1]</c> or <c>0.5|-1</c>.</summary>
internal static class FloatCells
{
    /// <summary>The embedding in a column of the current row; null when it is missing.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="column">The column's place.</param>
    /// <param name="dim">How many numbers it must have; 0 takes as many as there are.</param>
    /// <exception cref="DataFormatException">A number is not finite, or there are more or fewer.</exception>
    public static float[]? Read(RowSource source, int column, int dim)
    {
        int count = source.Select(column, multiValued: false);
        if (count == 0)
        {
            return null;
        }

        if (count == 1 && source.Value(0) is { Kind: CellKind.Text } text)
        {
            return ReadText(source, column, text, dim);
        }

        CheckCount(source, column, count, dim);
        var embedding = new float[count];
        if (!source.TryCopyFloats(embedding))
        {
            for (int position = 0; position < count; position++)
            {
                Cell cell = source.Value(position);
                embedding[position] = CellReader.TryFloat(cell, out double number)
                    ? (float)number
                    : throw source.Error(column, "finite numbers", cell.Describe());
            }
        }

        CheckFinite(source, column, embedding);
        return embedding;
    }

    private static float[] ReadText(RowSource source, int column, in Cell cell, int dim)
    {
        ReadOnlySpan<byte> text = cell.Utf8.Trim("[] "u8);
        var numbers = new List<float>(dim);
        while (!(text = text.TrimStart(" ,;|\t"u8)).IsEmpty)
        {
            if (!Utf8Parser.TryParse(text, out float number, out int used) || numbers.Count == Limits.DimMax)
            {
                throw source.Error(column, $"at most {Limits.DimMax} numbers", cell.Describe());
            }

            numbers.Add(number);
            text = text[used..];
        }

        CheckCount(source, column, numbers.Count, dim);
        float[] embedding = [.. numbers];
        CheckFinite(source, column, embedding);
        return embedding;
    }

    private static void CheckCount(RowSource source, int column, int count, int dim)
    {
        if (count > Limits.DimMax || (dim != 0 && count != dim))
        {
            throw source.Error(
                column, dim == 0 ? $"at most {Limits.DimMax} numbers" : $"{dim} numbers", $"{count}");
        }
    }

    private static void CheckFinite(RowSource source, int column, ReadOnlySpan<float> embedding)
    {
        foreach (float number in embedding)
        {
            if (!float.IsFinite(number))
            {
                throw source.Error(column, "finite numbers", Cell.OfFloat(number).Describe());
            }
        }
    }
}
