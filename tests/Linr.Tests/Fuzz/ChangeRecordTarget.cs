using System.Buffers;
using Linr.Engine.Live;

namespace Linr.Tests.Fuzz;

/// <summary>
/// Records of a store's log: changes, positions of sources, marks of pushes, told apart by their first byte.
/// </summary>
internal sealed class ChangeRecordTarget : IFuzzTarget
{
    public string Name => "log record";

    public IReadOnlyList<byte[]> Words { get; } =
    [
        [1], [129], [193], [194], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x80, 0x00], [0xFF, 0x07], [0xED, 0xA0, 0x80],
        [0, 0, 0, 0, 0, 0, 0, 0],
        [2, 1, (byte)'a'], [1, (byte)'f', 0], [0, 0, 0xC0, 0x7F],
    ];

    public byte[] Make(Random random)
    {
        var bytes = new ArrayBufferWriter<byte>();
        switch (random.Next(8))
        {
            case 0:
                DateTimeOffset? at = random.Next(2) == 0 ? null : DateTimeOffset.UnixEpoch.AddSeconds(random.Next());
                PositionCodec.Write(new SourcePosition("orders", $"0/{random.Next():X}", at), bytes);
                return bytes.WrittenSpan.ToArray();
            case 1:
                return PushMark.Write(random.NextInt64(), random.Next(2) == 0);
            default:
                ChangeCodec.Write(RandomChange.Of(random), bytes);
                return bytes.WrittenSpan.ToArray();
        }
    }

    public bool Parses(byte[] input)
    {
        byte[] written;
        try
        {
            written = ReadAndWrite(input);
        }
        catch (ChangeFormatException error)
        {
            return error.ByteOffset >= 0 && error.ByteOffset <= input.Length ? false
                : throw new FuzzFailureException($"an error at byte {error.ByteOffset} of {input.Length}: {error.Message}");
        }

        // Counts may be longer than they need be; what is written never is, so that it comes back to the byte.
        return written.Length <= input.Length && ReadAndWrite(written).AsSpan().SequenceEqual(written) ? true
            : throw new FuzzFailureException($"another record when it was written: {Convert.ToHexString(written)}");
    }

    public void Dispose()
    {
    }

    private static byte[] ReadAndWrite(byte[] input)
    {
        var bytes = new ArrayBufferWriter<byte>();
        if (PushMark.IsOne(input))
        {
            return PushMark.Write(PushMark.Read(input), PushMark.IsOfStore(input));
        }

        if (PositionCodec.IsOne(input))
        {
            PositionCodec.Write(PositionCodec.Read(input), bytes);
        }
        else
        {
            ChangeCodec.Write(ChangeCodec.Read(input), bytes);
        }

        return bytes.WrittenSpan.ToArray();
    }
}
