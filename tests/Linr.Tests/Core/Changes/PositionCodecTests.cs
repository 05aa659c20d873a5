using System.Buffers;
using CsCheck;

namespace Linr.Tests.Core.Changes;

/// <summary>Positions as bytes: nothing is lost, and any bytes give a position or the named error.</summary>
public sealed class PositionCodecTests
{
    private static readonly Gen<SourcePosition> s_position =
        from source in Gen.String[Gen.Char["ab/é漢"], 1, 9]
        from position in Gen.String[Gen.Char["0F/{}\":€"], 0, 30]
        from ticks in Gen.Long[0, DateTime.MaxValue.Ticks]
        from hasTime in Gen.Bool
        select new SourcePosition(source, position, hasTime ? new DateTimeOffset(ticks, TimeSpan.Zero) : null);

    [Fact]
    public void A_position_comes_back_as_it_was()
        => s_position.Sample(position =>
        {
            byte[] bytes = Bytes(position);
            Assert.True(PositionCodec.IsOne(bytes));
            Assert.Equal(position, PositionCodec.Read(bytes));
            Assert.Throws<ChangeFormatException>(() => ChangeCodec.Read(bytes));
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.Throws<ChangeFormatException>(() => PositionCodec.Read(bytes.AsSpan(0, length)));
            }

            Assert.Throws<ChangeFormatException>(() => PositionCodec.Read([.. bytes, 0]));
        }, iter: 1_000);

    [Fact]
    public void Damaged_bytes_give_a_position_or_the_named_error()
        => Gen.Select(s_position, Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[1, 4]).Sample((position, edits) =>
        {
            byte[] bytes = Bytes(position);
            foreach ((int place, byte value) in edits)
            {
                bytes[place % bytes.Length] = value;
            }

            try
            {
                SourcePosition found = PositionCodec.Read(bytes);
                Assert.Equal(found, PositionCodec.Read(Bytes(found)));
            }
            catch (ChangeFormatException error)
            {
                Assert.InRange(error.ByteOffset, 0, bytes.Length);
            }
        }, iter: 20_000);

    [Theory]
    [InlineData(new byte[] { 1 }, 0, "format version 129")]
    [InlineData(new byte[] { 129, 0 }, 1, "a name of 1 to 128 characters")]
    [InlineData(new byte[] { 129, 1, 65, 0, 2 }, 4, "whether there is a time, 0 to 1")]
    [InlineData(
        new byte[] { 129, 1, 65, 0, 1, 255, 255, 255, 255, 255, 255, 255, 127 }, 5, "a time of the years 1 to 9999")]
    public void An_error_names_byte_and_expectation(byte[] bytes, long place, string expected)
    {
        ChangeFormatException error = Assert.Throws<ChangeFormatException>(() => PositionCodec.Read(bytes));
        Assert.Equal((place, expected), (error.ByteOffset, error.Expected));
    }

    [Fact]
    public void A_position_without_a_source_or_of_half_a_character_is_not_written()
    {
        Assert.ThrowsAny<ArgumentException>(() => Bytes(new SourcePosition(string.Empty, "7")));
        Assert.ThrowsAny<ArgumentException>(() => Bytes(new SourcePosition("a", "\ud800")));
    }

    private static byte[] Bytes(SourcePosition position)
    {
        var buffer = new ArrayBufferWriter<byte>();
        PositionCodec.Write(position, buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
