using System.Text;
using System.Text.Unicode;

namespace Linr.Formats.Rows;

/// <summary>
/// Strings made from UTF-8, the recent ones handed out again: a file of interactions names the same user many times in
/// a row. Holds at most <see cref="Slots"/> strings of at most <see cref="PooledBytesMax"/> bytes.
/// </summary>
internal sealed class TextPool
{
    private const int Slots = 1 << 16;
    private const int PooledBytesMax = Limits.IdBytesMax;
    private readonly string?[] _slots = new string?[Slots];

    /// <summary>The string of that text; false when it is not valid UTF-8.</summary>
    public bool TryGet(ReadOnlySpan<byte> utf8, out string text)
    {
        if (utf8.Length > PooledBytesMax)
        {
            bool valid = Utf8.IsValid(utf8);
            text = valid ? Encoding.UTF8.GetString(utf8) : string.Empty;
            return valid;
        }

        Span<char> buffer = stackalloc char[PooledBytesMax];
        if (Utf8.ToUtf16(utf8, buffer, out _, out int length, replaceInvalidSequences: false)
            != System.Buffers.OperationStatus.Done)
        {
            text = string.Empty;
            return false;
        }

        ReadOnlySpan<char> chars = buffer[..length];
        ref string? slot = ref _slots[string.GetHashCode(chars) & (Slots - 1)];
        if (slot is null || !chars.SequenceEqual(slot))
        {
            slot = new string(chars);
        }

        text = slot;
        return true;
    }
}
