using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Linr;

/// <summary>
/// The caller's name for an item: a 64-bit integer, a Guid or a string. Its <see cref="Key"/> orders and shards it:
/// the integer itself, else XXH3-64 of the UTF-8 bytes (for a Guid those of its 36-character lower-case form).
/// Items with equal keys are ordered by the id: a Guid by its text, a string by its UTF-8 bytes.
/// </summary>
public readonly record struct ItemId : IComparable<ItemId>
{
    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    // Stands in for the text of a Guid id; half a surrogate pair is no id.
    private static readonly string s_guid = "\uD800";

    // 24 bytes in all: answers have thousands of ids.
    private readonly string? _text;
    private readonly long _first;
    private readonly long _second;

    /// <summary>An integer id.</summary>
    public ItemId(long value) => _first = value;

    /// <summary>A Guid id.</summary>
    public ItemId(Guid value)
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(long)];
        value.TryWriteBytes(bytes);
        _text = s_guid;
        _first = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        _second = BinaryPrimitives.ReadInt64LittleEndian(bytes[sizeof(long)..]);
    }

    /// <summary>A string id.</summary>
    /// <exception cref="ArgumentException">
    /// The string is empty, longer than <see cref="Limits.IdBytesMax"/> or holds half a surrogate pair.
    /// </exception>
    public ItemId(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        int bytes = s_strictUtf8.GetByteCount(value);
        if (bytes > Limits.IdBytesMax)
        {
            throw new ArgumentException(
                $"Expected an id of at most {Limits.IdBytesMax} UTF-8 bytes; found {bytes}.", nameof(value));
        }

        _text = value;
    }

    /// <summary>What the id is made of.</summary>
    public IdKind Kind
        => _text is null ? IdKind.Integer : ReferenceEquals(_text, s_guid) ? IdKind.Guid : IdKind.Text;

    /// <summary>The integer of an <see cref="IdKind.Integer"/> id.</summary>
    /// <exception cref="InvalidOperationException">The id is of another kind.</exception>
    public long Integer => Kind == IdKind.Integer ? _first : throw WrongKind(IdKind.Integer);

    /// <summary>The Guid of an <see cref="IdKind.Guid"/> id.</summary>
    /// <exception cref="InvalidOperationException">The id is of another kind.</exception>
    public Guid Guid => Kind == IdKind.Guid ? ReadGuid() : throw WrongKind(IdKind.Guid);

    /// <summary>The string of an <see cref="IdKind.Text"/> id.</summary>
    /// <exception cref="InvalidOperationException">The id is of another kind.</exception>
    public string Text => Kind == IdKind.Text ? _text! : throw WrongKind(IdKind.Text);

    /// <summary>The 64-bit key that orders and shards the item.</summary>
    public long Key => Kind switch
    {
        IdKind.Integer => _first,
        IdKind.Guid => GuidKey(ReadGuid()),
        _ => TextKey(_text!),
    };

    /// <summary>An integer id.</summary>
    public static implicit operator ItemId(long value) => new(value);

    /// <summary>A Guid id.</summary>
    public static implicit operator ItemId(Guid value) => new(value);

    /// <summary>A string id.</summary>
    public static implicit operator ItemId(string value) => new(value);

    /// <summary>Key order, then id order.</summary>
    public static bool operator <(ItemId left, ItemId right) => left.CompareTo(right) < 0;

    /// <summary>Key order, then id order.</summary>
    public static bool operator <=(ItemId left, ItemId right) => left.CompareTo(right) <= 0;

    /// <summary>Key order, then id order.</summary>
    public static bool operator >(ItemId left, ItemId right) => left.CompareTo(right) > 0;

    /// <summary>Key order, then id order.</summary>
    public static bool operator >=(ItemId left, ItemId right) => left.CompareTo(right) >= 0;

    /// <summary>Reads an id of the given kind from its text form.</summary>
    /// <exception cref="FormatException">The text is not an id of that kind.</exception>
    public static ItemId Parse(string text, IdKind kind)
    {
        ArgumentNullException.ThrowIfNull(text);
        switch (kind)
        {
            case IdKind.Integer when long.TryParse(
                text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer):
                return new ItemId(integer);
            case IdKind.Guid when Guid.TryParse(text, out Guid guid):
                return new ItemId(guid);
            case IdKind.Text when text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= Limits.IdBytesMax:
                return new ItemId(text);
            default:
                throw new FormatException($"Expected an item id ({kind}); found \"{text}\".");
        }
    }

    /// <summary>The key of a string id whose UTF-8 bytes are <paramref name="utf8"/>.</summary>
    public static long TextKey(ReadOnlySpan<byte> utf8) => unchecked((long)XxHash3.HashToUInt64(utf8));

    /// <summary>The key of a Guid id.</summary>
    public static long GuidKey(Guid guid)
    {
        Span<byte> utf8 = stackalloc byte[36];
        _ = guid.TryFormat(utf8, out _, "D");
        return TextKey(utf8);
    }

    /// <summary>Key order, then id order.</summary>
    public int CompareTo(ItemId other)
    {
        int order = Key.CompareTo(other.Key);
        if (order != 0)
        {
            return order;
        }

        order = Kind.CompareTo(other.Kind);
        return order != 0 ? order : Kind switch
        {
            IdKind.Integer => 0,
            IdKind.Guid => ReadGuid().CompareTo(other.ReadGuid()),
            _ => CompareUtf8(_text!, other._text!),
        };
    }

    /// <summary>The id as the caller would write it.</summary>
    public override string ToString() => Kind switch
    {
        IdKind.Integer => _first.ToString(CultureInfo.InvariantCulture),
        IdKind.Guid => ReadGuid().ToString("D"),
        _ => _text!,
    };

    private static long TextKey(string text)
    {
        Span<byte> utf8 = stackalloc byte[Limits.IdBytesMax];
        int length = Encoding.UTF8.GetBytes(text, utf8);
        return TextKey(utf8[..length]);
    }

    private static int CompareUtf8(string left, string right)
    {
        Span<byte> leftUtf8 = stackalloc byte[Limits.IdBytesMax];
        Span<byte> rightUtf8 = stackalloc byte[Limits.IdBytesMax];
        int leftLength = Encoding.UTF8.GetBytes(left, leftUtf8);
        int rightLength = Encoding.UTF8.GetBytes(right, rightUtf8);
        return leftUtf8[..leftLength].SequenceCompareTo(rightUtf8[..rightLength]);
    }

    private Guid ReadGuid()
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, _first);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[sizeof(long)..], _second);
        return new Guid(bytes);
    }

    private InvalidOperationException WrongKind(IdKind expected)
        => new($"Expected an id of kind {expected}; found {Kind} ({this}).");
}
