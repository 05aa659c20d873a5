using System.Buffers;
using Google.Protobuf;
using Linr.Client.Wire;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Client;

using Linr.Client;

/// <summary>Answers that the client reads from their bytes are those of the messages.</summary>
public sealed class SearchResponseReaderTests
{
    [Fact]
    public void All_is_read_as_of_the_message()
    {
        V1.SearchResponse whole = Whole();
        AssertSame(whole, whole.ToByteArray());
        AssertSame(new V1.SearchResponse(), []);
    }

    [Fact]
    public void Fields_may_come_in_any_order_and_in_pieces()
    {
        V1.SearchResponse whole = Whole();
        V1.SearchResponse rest = whole.Clone();
        rest.Hits.Clear();
        var first = new V1.SearchResponse { Hits = { whole.Hits.Take(2) } };
        var last = new V1.SearchResponse { Hits = { whole.Hits.Skip(2) }, RowsScanned = 77 };
        byte[] mixed = [.. first.ToByteArray(), .. rest.ToByteArray(), .. last.ToByteArray()];
        V1.SearchResponse expected = V1.SearchResponse.Parser.ParseFrom(mixed);
        Assert.Equal(77, expected.RowsScanned);
        AssertSame(expected, mixed);
        for (int at = 1; at < mixed.Length; at += 7)
        {
            AssertSame(expected, mixed, at);
        }
    }

    [Fact]
    public void What_a_later_contract_has_is_left_out()
    {
        // Field 99 of the answer, of a hit and of an id: a varint, 64 bits, 32 bits and bytes.
        byte[] unknown = [0x98, 0x06, 0x96, 0x01, 0x99, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0x9D, 0x06, 1, 2, 3, 4, 0x9A, 0x06, 1, 5];
        byte[] id = [0x08, 0x07, .. unknown];
        byte[] hit = [0x0A, (byte)id.Length, .. id, 0x15, 0, 0, 0x80, 0x3F, .. unknown];
        byte[] bytes = [.. unknown, 0x0A, (byte)hit.Length, .. hit, .. unknown];
        SearchResponse read = SearchResponseReader.Read(new ReadOnlySequence<byte>(bytes));
        Hit only = Assert.Single(read.Hits);
        Assert.Equal(new ItemId(7), only.Id);
        Assert.Equal(1, only.Score);
    }

    [Fact]
    public void An_answer_that_is_cut_off_is_refused()
    {
        byte[] bytes = Whole().ToByteArray();
        int[] read = [.. Enumerable.Range(0, bytes.Length).Where(length =>
        {
            try
            {
                SearchResponseReader.Read(new ReadOnlySequence<byte>(bytes, 0, length));
                return true;
            }
            catch (Exception error) when (error is InvalidDataException or InvalidProtocolBufferException)
            {
                return false;
            }
        })];

        // Between two fields it is whole, only shorter.
        Assert.Equal(Whole().Hits.Count + 15, read.Length);
    }

    [Theory]
    [InlineData(new byte[] { 0x0A, 0x00 })]
    [InlineData(new byte[] { 0x0A, 0x02, 0x0A, 0x00 })]
    [InlineData(new byte[] { 0x0A, 0x04, 0x0A, 0x02, 0x12, 0x00 })]
    public void A_hit_without_an_id_is_refused(byte[] bytes)
        => Assert.Contains(
            "an item's id",
            Assert.Throws<LinrException>(() => SearchResponseReader.Read(new ReadOnlySequence<byte>(bytes))).Message,
            StringComparison.Ordinal);

    private static V1.SearchResponse Whole() => new()
    {
        Hits =
        {
            new V1.Hit { Id = new V1.ItemId { Integer = -5 }, Score = 0.25f },
            new V1.Hit { Id = new V1.ItemId { Text = "žluť" } },
            new V1.Hit
            {
                Id = new V1.ItemId { Integer = 0 },
                Score = float.NaN,
                Fields = { ["name"] = new V1.Values { Values_ = { new V1.Value { Text = "x" } } } },
                Tasks = { ["click"] = 0.5f },
            },
        },
        Exact = true,
        Mode = "rows",
        Recall = 0.5,
        RowsScanned = 10,
        RowsPassed = 9,
        RowsRescored = 8,
        RowsRanked = 7,
        Model = "items",
        Version = "1",
        State = "1:2",
        UnknownIds = { new V1.ItemId { Integer = 3 }, new V1.ItemId { Text = "y" } },
        Stages = { new V1.Stage { Name = "scan", Microseconds = 1.5 } },
        Engine = "cpu",
        Filter = "a = 1",
    };

    private static void AssertSame(V1.SearchResponse expected, byte[] bytes, int? cut = null)
    {
        ReadOnlySequence<byte> payload = cut is { } at ? Segment.Of(bytes[..at], bytes[at..]) : new(bytes);
        SearchResponse read = SearchResponseReader.Read(payload);
        SearchResponse wanted = AnswerWire.Read(expected);
        Assert.Equal(wanted.Hits.Select(Describe), read.Hits.Select(Describe));
        Assert.Equal(wanted.UnknownIds.ToArray(), read.UnknownIds.ToArray());
        Assert.Equal(wanted.Stages.ToArray(), read.Stages.ToArray());
        Assert.Equal(
            wanted with { Hits = [], UnknownIds = [], Stages = [] },
            read with { Hits = [], UnknownIds = [], Stages = [] });
    }

    private static string Describe(Hit hit)
    {
        string fields = string.Join(", ", hit.Fields.Select(one => $"{one.Key}: {string.Join('|', one.Value)}"));
        return $"{hit.Id}, {hit.Score:R}; {fields}; {string.Join(", ", hit.Tasks)}";
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Of(byte[] first, byte[] second)
        {
            var end = new Segment { Memory = second, RunningIndex = first.Length };
            var start = new Segment { Memory = first, Next = end };
            return new ReadOnlySequence<byte>(start, 0, end, second.Length);
        }
    }
}
