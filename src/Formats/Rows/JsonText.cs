using System.Text.Json;

namespace Linr.Formats.Rows;

/// <summary>Checks JSON text.</summary>
internal static class JsonText
{
    /// <summary>Whether the text is one JSON value.</summary>
    public static bool IsValid(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var json = new Utf8JsonReader(utf8);
            return json.Read() && json.TrySkip() && !json.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
