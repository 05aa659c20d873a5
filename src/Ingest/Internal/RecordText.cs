using System.Text;
using System.Text.Unicode;

namespace Linr.Ingest.Internal;

/// <summary>Records as text, for reports.</summary>
internal static class RecordText
{
    /// <summary>The text of UTF-8, or base64 behind <c>base64:</c>.</summary>
    public static string Of(ReadOnlySpan<byte> record)
        => Utf8.IsValid(record) ? Encoding.UTF8.GetString(record) : "base64:" + Convert.ToBase64String(record);
}
