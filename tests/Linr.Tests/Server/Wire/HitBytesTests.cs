using System.Buffers;
using Google.Protobuf;
using Linr.Server.Wire;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Wire;

/// <summary>Hits that the service writes itself are the bytes that protobuf writes of their messages.</summary>
public sealed class HitBytesTests
{
    private static readonly float[] s_scores =
        [0, -0f, 1, -2.5f, float.Epsilon, float.MaxValue, float.NaN, float.PositiveInfinity, float.NegativeInfinity];

    // By kind: the ids of an answer are of one.
    private static readonly ItemId[][] s_ids =
    [
        [0, 1, 127, 128, 16_383, 16_384, uint.MaxValue, long.MaxValue, -1, long.MinValue],
        [Guid.Empty, new Guid("00112233-4455-6677-8899-aabbccddeeff")],
        ["a", "Žluťoučký kůň", "🦊", new string('x', 127), new string('é', 64), new string('y', 300)],
    ];

    [Fact]
    public void Bytes_are_those_of_the_messages()
    {
        foreach (ItemId id in s_ids.SelectMany(ids => ids))
        {
            foreach (float score in s_scores)
            {
                AssertSame([new Hit(id, score)]);
            }
        }
    }

    [Fact]
    public void Many_hits_go_through_several_chunks()
    {
        var random = new Random(5);
        AssertSame([]);
        foreach (ItemId[] ids in s_ids)
        {
            AssertSame(
            [
                .. Enumerable.Range(0, 5_000).Select(
                    _ => new Hit(ids[random.Next(ids.Length)], s_scores[random.Next(s_scores.Length)])),
            ]);
        }
    }

    [Fact]
    public void Hits_with_fields_or_tasks_are_not_its_own()
    {
        var fields = new Dictionary<string, IReadOnlyList<Value>> { ["a"] = [Value.OfInteger(1)] };
        Assert.False(HitBytes.TrySize([new Hit(1, 1), new Hit(2, 1) { Fields = fields }], out _));
        var tasks = new Dictionary<string, float> { ["click"] = 1 };
        Assert.False(HitBytes.TrySize([new Hit(1, 1) { Tasks = tasks }], out _));
    }

    private static void AssertSame(HitList hits)
    {
        var expected = new V1.SearchResponse();
        expected.Hits.AddRange(hits.Select(SearchWire.Write));
        Assert.True(HitBytes.TrySize(hits, out int size));
        var writer = new ArrayBufferWriter<byte>();
        HitBytes.Write(hits, size, writer);
        Assert.Equal(expected.ToByteArray(), writer.WrittenSpan);
        Assert.Equal(size, writer.WrittenCount);
    }
}
