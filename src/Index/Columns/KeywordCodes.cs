using System.Buffers;
using System.IO.Hashing;
using System.Text;
using Linr.Index.Ids;

namespace Linr.Index.Columns;

/// <summary>
/// The keywords of one column and their codes: append-only in first-seen order, never renumbered; the first has code
/// 1, and code 0 means missing or never seen. Native storage: a keyword costs its UTF-8 bytes and about 14 more. Safe
/// for concurrent readers while nobody adds, and from <see cref="Share"/> on while one thread does.
/// </summary>
public sealed partial class KeywordCodes : IDisposable
{
    /// <summary>The code of no keyword.</summary>
    public const uint NoCode = 0;

    private const int StackBytes = 512;

    private readonly BytesStore _values;
    private readonly SlotTable _slots;

    /// <summary>An empty dictionary.</summary>
    internal KeywordCodes()
        : this(new BytesStore())
    {
    }

    private KeywordCodes(BytesStore values)
    {
        _values = values;
        _slots = new SlotTable(position => XxHash3.HashToUInt64(values.Read(position)));
    }

    /// <summary>How many keywords; the highest code.</summary>
    public uint Count => (uint)_values.Count + AddedCount;

    /// <summary>The keywords in code order.</summary>
    internal BytesStore Values => _values;

    /// <summary>Bytes of native memory held.</summary>
    public long OwnedBytes => _values.OwnedBytes + _slots.OwnedBytes;

    /// <summary>
    /// The code of a keyword, or <see cref="NoCode"/> when no item ever had it. Allocates nothing, but a string where
    /// keywords came since it was shared.
    /// </summary>
    public uint Find(ReadOnlySpan<byte> utf8)
    {
        uint code = _slots.Find(new Probe(utf8, _values)) + 1;
        return code == NoCode && AddedCount > 0 ? FindAdded(utf8) : code;
    }

    /// <summary>The code of a keyword, or <see cref="NoCode"/> when no item ever had it.</summary>
    public uint Find(ReadOnlySpan<char> keyword)
    {
        using var utf8 = new Utf8(keyword, stackalloc byte[StackBytes]);
        return Find(utf8.Bytes);
    }

    /// <summary>The UTF-8 of the keyword with a code.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The code is 0 or was never given.</exception>
    public ReadOnlySpan<byte> Utf8Of(uint code)
    {
        ArgumentOutOfRangeException.ThrowIfZero(code);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code, Count);
        return code <= _values.Count ? _values.Read(code - 1) : ReadAdded(code);
    }

    /// <summary>The keyword with a code.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The code is 0 or was never given.</exception>
    public string TextOf(uint code) => Encoding.UTF8.GetString(Utf8Of(code));

    /// <inheritdoc/>
    public void Dispose()
    {
        _values.Dispose();
        _slots.Dispose();
    }

    /// <summary>A dictionary over stored keywords.</summary>
    /// <param name="values">The keywords in code order; the dictionary owns them from now on.</param>
    /// <param name="duplicate">The first code whose keyword an earlier code has too, or <see cref="NoCode"/>.</param>
    internal static KeywordCodes Of(BytesStore values, out uint duplicate)
    {
        var dictionary = new KeywordCodes(values);
        dictionary._slots.Reserve(values.Count);
        duplicate = NoCode;
        for (uint position = 0; position < values.Count && duplicate == NoCode; position++)
        {
            var probe = new Probe(values.Read(position), values);
            if (dictionary._slots.Find(probe) == SlotTable.None)
            {
                dictionary._slots.Add(probe.Hash, position);
            }
            else
            {
                duplicate = position + 1;
            }
        }

        return dictionary;
    }

    /// <summary>The code of a keyword, given now if it is new.</summary>
    internal uint FindOrAdd(ReadOnlySpan<byte> utf8)
    {
        var probe = new Probe(utf8, _values);
        uint position = _slots.Find(probe);
        if (position == SlotTable.None && _added is not null)
        {
            return FindOrAddShared(utf8);
        }

        if (position == SlotTable.None)
        {
            position = Count;
            _values.Append(utf8);
            _slots.Add(probe.Hash, position);
        }

        return position + 1;
    }

    /// <summary>The code of a keyword, given now if it is new.</summary>
    internal uint FindOrAdd(ReadOnlySpan<char> keyword)
    {
        using var utf8 = new Utf8(keyword, stackalloc byte[StackBytes]);
        return FindOrAdd(utf8.Bytes);
    }

    /// <summary>Gives back the memory beyond the last keyword.</summary>
    internal void Trim() => _values.Trim();

    // The UTF-8 of a keyword: on the caller's stack when short, else in a rented array.
    private readonly ref struct Utf8
    {
        private readonly byte[]? _rented;

        public Utf8(ReadOnlySpan<char> text, Span<byte> stack)
        {
            int bytesMax = Encoding.UTF8.GetMaxByteCount(text.Length);
            _rented = bytesMax > stack.Length ? ArrayPool<byte>.Shared.Rent(bytesMax) : null;
            Span<byte> destination = _rented ?? stack;
            Bytes = destination[..Encoding.UTF8.GetBytes(text, destination)];
        }

        public ReadOnlySpan<byte> Bytes { get; }

        public void Dispose()
        {
            if (_rented is not null)
            {
                ArrayPool<byte>.Shared.Return(_rented);
            }
        }
    }

    private readonly ref struct Probe(ReadOnlySpan<byte> utf8, BytesStore values) : ISlotProbe
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;

        public ulong Hash { get; } = XxHash3.HashToUInt64(utf8);

        public bool Matches(uint number) => values.Read(number).SequenceEqual(_utf8);
    }
}
