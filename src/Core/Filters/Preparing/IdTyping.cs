using System.Text;

namespace Linr.Filters;

/// <summary>Reads operands as item ids.</summary>
internal static class IdTyping
{
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
            case (IdKind.Text, FieldType.Keyword) when Encoding.UTF8.GetByteCount(given.Text) is > 0 and <= Limits.IdBytesMax:
                id = new ItemId(given.Text);
                return true;
            default:
                return false;
        }
    }
}
