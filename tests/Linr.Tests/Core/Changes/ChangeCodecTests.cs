using System.Buffers;
using System.Runtime.InteropServices;
using CsCheck;

namespace Linr.Tests.Core.Changes;

/// <summary>Changes as bytes: nothing is lost, and any bytes give a change or the named error.</summary>
public sealed class ChangeCodecTests
{
    [Fact]
    public void A_change_comes_back_as_it_was()
        => ChangeGen.Change.Sample(change => AssertSame(change, ChangeCodec.Read(Bytes(change))), iter: 5_000);

    [Fact]
    public void A_change_cut_short_anywhere_is_none()
        => ChangeGen.Change.Sample(change =>
        {
            byte[] bytes = Bytes(change);
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.Throws<ChangeFormatException>(() => ChangeCodec.Read(bytes.AsSpan(0, length)));
            }

            Assert.Throws<ChangeFormatException>(() => ChangeCodec.Read([.. bytes, 0]));
        }, iter: 200);

    [Fact]
    public void Damaged_bytes_give_a_change_or_the_named_error()
        => Gen.Select(ChangeGen.Change, Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[1, 4]).Sample((change, edits) =>
        {
            byte[] bytes = Bytes(change);
            foreach ((int place, byte value) in edits)
            {
                bytes[place % bytes.Length] = value;
            }

            ReadOrNamedError(bytes);
        }, iter: 20_000);

    [Fact]
    public void Any_bytes_give_a_change_or_the_named_error()
        => Gen.Byte.Array[0, 64].Sample(bytes => ReadOrNamedError([1, .. bytes]), iter: 20_000);

    [Theory]
    [InlineData(new byte[] { 2 }, 0, "format version 1")]
    [InlineData(new byte[] { 1, 3 }, 1, "a kind of change, 0 to 2")]
    [InlineData(new byte[] { 1, 0, 2, 0 }, 2, "an id of 1 byte or more")]
    [InlineData(new byte[] { 1, 0, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F }, 3, "at most 0 UTF-8 bytes of an id")]
    public void An_error_names_byte_and_expectation(byte[] bytes, long place, string expected)
    {
        ChangeFormatException error = Assert.Throws<ChangeFormatException>(() => ChangeCodec.Read(bytes));
        Assert.Equal((place, expected), (error.ByteOffset, error.Expected));
    }

    [Fact]
    public void A_count_that_the_bytes_cannot_hold_makes_no_room()
    {
        // An upsert of integer id 0 that claims 1,023 fields, and one of a field that claims 65,535 values.
        byte[] fields = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0x07];
        byte[] values = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, (byte)'a', 0xFF, 0xFF, 3];
        Assert.Equal("at most 0 fields", Assert.Throws<ChangeFormatException>(() => ChangeCodec.Read(fields)).Expected);
        Assert.Equal(
            "at most 0 values of a field",
            Assert.Throws<ChangeFormatException>(() => ChangeCodec.Read(values)).Expected);
    }

    [Fact]
    public void What_is_beyond_the_limits_or_no_unicode_is_not_written()
    {
        Item Wrong(Value value) => new()
        {
            Id = 1,
            Fields = new Dictionary<string, IReadOnlyList<Value>> { ["a"] = [value] },
        };
        Assert.ThrowsAny<ArgumentException>(() => Bytes(ItemChange.Upsert(Wrong("half a pair: \ud800"))));
        Assert.ThrowsAny<ArgumentException>(
            () => Bytes(ItemChange.Upsert(Wrong(Value.OfBytes(new byte[Limits.StoredBytesMax + 1])))));
    }

    private static byte[] Bytes(ItemChange change)
    {
        var buffer = new ArrayBufferWriter<byte>();
        ChangeCodec.Write(change, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static void ReadOrNamedError(byte[] bytes)
    {
        try
        {
            ItemChange change = ChangeCodec.Read(bytes);
            AssertSame(change, ChangeCodec.Read(Bytes(change)));
        }
        catch (ChangeFormatException error)
        {
            Assert.InRange(error.ByteOffset, 0, bytes.Length);
        }
    }

    private static void AssertSame(ItemChange expected, ItemChange found)
    {
        Assert.Equal((expected.Kind, expected.Id, expected.Version), (found.Kind, found.Id, found.Version));
        Assert.Equal(expected.Item.Fields, found.Item.Fields);
        Assert.Equal(expected.Item.Embeddings.Keys, found.Item.Embeddings.Keys);
        foreach ((string name, ReadOnlyMemory<float> embedding) in expected.Item.Embeddings)
        {
            // By bits, so that a NaN is itself.
            Assert.Equal(
                MemoryMarshal.AsBytes(embedding.Span), MemoryMarshal.AsBytes(found.Item.Embeddings[name].Span));
        }
    }
}
