using System.Buffers;
using Google.Protobuf;
using Linr.Server.Models;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Wire;

/// <summary>
/// An answer on its way to the wire: the bytes of <see cref="V1.SearchResponse"/>, without a message, an id and two
/// maps for every hit, which were most of what a search allocated.
/// </summary>
internal sealed class SearchAnswer
{
    private readonly V1.SearchResponse _rest;
    private readonly HitList _hits;
    private readonly int _hitBytes;

    /// <param name="rest">The answer without its hits, or with them where they have fields or tasks.</param>
    /// <param name="hits">The hits that it lacks.</param>
    /// <param name="hitBytes">Their bytes.</param>
    private SearchAnswer(V1.SearchResponse rest, HitList hits, int hitBytes)
    {
        _rest = rest;
        _hits = hits;
        _hitBytes = hitBytes;
        Size = checked(hitBytes + rest.CalculateSize());
    }

    /// <summary>Bytes on the wire.</summary>
    public int Size { get; }

    /// <summary>The answer of a version.</summary>
    public static SearchAnswer Of(SearchResponse response, in ModelLease lease)
        => HitBytes.TrySize(response.Hits, out int size)
            ? new SearchAnswer(SearchWire.Write(response, lease, hitCount: 0), response.Hits, size)
            : new SearchAnswer(SearchWire.Write(response, lease, response.Hits.Count), [], hitBytes: 0);

    /// <summary>Writes it: hits first, as the contract numbers them.</summary>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        HitBytes.Write(_hits, _hitBytes, writer);
        _rest.WriteTo(writer);
    }
}
