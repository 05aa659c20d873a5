using System.Collections.Concurrent;
using System.Text;

namespace Linr.Index.Columns;

/// <content>Keywords that come while others are looked up: beside those that were there, in managed memory.</content>
public sealed partial class KeywordCodes
{
    private const int FirstAdded = 64;

    private ConcurrentDictionary<string, uint>? _added;
    private byte[][] _addedUtf8 = [];
    private uint _addedCount;

    private uint AddedCount => Volatile.Read(ref _addedCount);

    /// <summary>From now on one thread may add keywords while others read.</summary>
    internal void Share()
    {
        _added ??= new ConcurrentDictionary<string, uint>(StringComparer.Ordinal);
        if (_addedUtf8.Length == 0)
        {
            _addedUtf8 = new byte[FirstAdded][];
        }
    }

    private uint FindAdded(ReadOnlySpan<byte> utf8)
        => _added!.TryGetValue(Encoding.UTF8.GetString(utf8), out uint code) ? code : NoCode;

    // A code is given out by the count: what it stands for is there before.
    private ReadOnlySpan<byte> ReadAdded(uint code) => Volatile.Read(ref _addedUtf8)[code - _values.Count - 1];

    private uint FindOrAddShared(ReadOnlySpan<byte> utf8)
    {
        string keyword = Encoding.UTF8.GetString(utf8);
        if (_added!.TryGetValue(keyword, out uint code))
        {
            return code;
        }

        uint place = _addedCount;
        if (place == _addedUtf8.Length)
        {
            byte[][] grown = new byte[_addedUtf8.Length * 2][];
            _addedUtf8.CopyTo(grown, 0);
            Volatile.Write(ref _addedUtf8, grown);
        }

        _addedUtf8[place] = utf8.ToArray();
        Volatile.Write(ref _addedCount, place + 1);
        code = Count;
        _added[keyword] = code;
        return code;
    }
}
