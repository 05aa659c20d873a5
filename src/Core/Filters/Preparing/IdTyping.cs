using System.Text;

namespace Linr.Filters;

/// <summary>Reads operands as item ids.</summary>
internal static class IdTyping
{
    private const int BytesPerCharMax = 3;

    /// <summary>Whether a string id may be so long.</summary>
    public static bool HasLengthOfId(string? text)
        => !string.IsNullOrEmpty(text)
            && (text.Length * BytesPerCharMax <= Limits.IdBytesMax
                || Encoding.UTF8.GetByteCount(text) <= Limits.IdBytesMax);

    public static bool TryConvert(Value given, IdKind kind, out ItemId id)
    {
        id = default;
        switch (kind, given.Type)
        {
            case (IdKind.Integer, FieldType.Integer):
                id = new ItemId(given.Integer);
                return true;
            case (IdKind.Guid, FieldType.Keyword) when Guid.TryParse(given.Text, out Guid guid):
                id = new ItemId(guid);
                return true;
            case (IdKind.Text, FieldType.Keyword) when HasLengthOfId(given.Text):
                id = new ItemId(given.Text);
                return true;
            default:
                return false;
        }
    }
}
