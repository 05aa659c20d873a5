using System.Buffers.Text;

namespace Linr.Formats.Rows;

/// <summary>Embeddings from cells: a list of numbers, or text such as <c>[0.5, -1]</c> or <c>0.5|-1</c>.</summary>
internal static class FloatCells
{
    /// <summary>The embedding in a column of the current row.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="column">The column's place.</param>
    /// <param name="embedding">Filled; as wide as the embedding must be.</param>
    /// <returns>False when it is missing.</returns>
    /// <exception cref="DataFormatException">A number is not finite, or there are more or fewer.</exception>
    public static bool TryRead(RowSource source, int column, Span<float> embedding)
    {
        int count = source.Select(column, multiValued: false);
        if (count == 0)
        {
            return false;
        }

        if (count == 1 && source.Value(0) is { Kind: CellKind.Text } text)
        {
            ReadText(source, column, text, embedding);
        }
        else
        {
            CheckCount(source, column, count, embedding.Length);
            if (!source.TryCopyFloats(embedding))
            {
                ReadCells(source, column, embedding);
            }
        }

        foreach (float number in embedding)
        {
            if (!float.IsFinite(number))
            {
                throw source.Error(column, "finite numbers", Cell.OfFloat(number).Describe());
            }
        }

        return true;
    }

    private static void ReadCells(RowSource source, int column, Span<float> embedding)
    {
        for (int position = 0; position < embedding.Length; position++)
        {
            Cell cell = source.Value(position);
            embedding[position] = CellReader.TryFloat(cell, out double number)
                ? (float)number
                : throw source.Error(column, "finite numbers", cell.Describe());
        }
    }

    private static void ReadText(RowSource source, int column, in Cell cell, Span<float> embedding)
    {
        ReadOnlySpan<byte> text = cell.Utf8.Trim("[] "u8);
        int count = 0;
        for (; !(text = text.TrimStart(" ,;|\t"u8)).IsEmpty; count++)
        {
            if (!Utf8Parser.TryParse(text, out float number, out int used))
            {
                throw source.Error(column, $"{embedding.Length} numbers", cell.Describe());
            }

            if (count < embedding.Length)
            {
                embedding[count] = number;
            }

            text = text[used..];
        }

        CheckCount(source, column, count, embedding.Length);
    }

    private static void CheckCount(RowSource source, int column, int count, int dim)
    {
        if (count != dim)
        {
            throw source.Error(column, $"{dim} numbers", $"{count}");
        }
    }
}
