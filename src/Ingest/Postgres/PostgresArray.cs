namespace Linr.Ingest.Postgres;

/// <summary>The text of an array, as the server writes it: <c>{1,"a \\"b\\"",NULL}</c>.</summary>
internal static class PostgresArray
{
    /// <summary>Splits it into its elements, those of arrays within it in a row.</summary>
    /// <param name="text">The text.</param>
    /// <param name="elements">Their text, without quotes; null for NULL.</param>
    /// <returns>False where it is no array.</returns>
    public static bool TrySplit(ReadOnlySpan<byte> text, List<byte[]?> elements)
    {
        // Bounds other than from 1 stand before it: [0:2]={1,2,3}.
        int start = text.StartsWith("["u8) ? text.IndexOf("={"u8) + 1 : 0;
        text = text[start..];
        if (text is not [(byte)'{', .., (byte)'}'])
        {
            return false;
        }

        int at = 1;
        while (at < text.Length)
        {
            switch (text[at])
            {
                case (byte)'{' or (byte)'}' or (byte)',':
                    at++;
                    break;
                case (byte)'"':
                    if (!TryQuoted(text, ref at, elements))
                    {
                        return false;
                    }

                    break;
                default:
                    int length = text[at..].IndexOfAny((byte)',', (byte)'}');
                    ReadOnlySpan<byte> element = text.Slice(at, length);
                    elements.Add(element.SequenceEqual("NULL"u8) ? null : element.ToArray());
                    at += length;
                    break;
            }
        }

        return true;
    }

    private static bool TryQuoted(ReadOnlySpan<byte> text, ref int at, List<byte[]?> elements)
    {
        var element = new List<byte>();
        for (at++; at < text.Length; at++)
        {
            switch (text[at])
            {
                case (byte)'"':
                    at++;
                    elements.Add([.. element]);
                    return true;
                case (byte)'\\' when at + 1 < text.Length:
                    element.Add(text[++at]);
                    break;
                default:
                    element.Add(text[at]);
                    break;
            }
        }

        return false;
    }
}
