using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Linr.Server.Rest.Json;

namespace Linr.Tests.Server.Rest;

/// <summary>Messages as JSON, as the server writes and reads them.</summary>
internal static class RestJson
{
    public static byte[] Write(IMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, MessageWriter.Options))
        {
            MessageWriter.Write(writer, message);
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static T Read<T>(byte[] json)
        where T : IMessage, new()
    {
        var message = new T();
        Read(json, message);
        return message;
    }

    public static void Read(byte[] json, IMessage message)
        => Read(new ReadOnlySequence<byte>(json), message);

    public static void Read(ReadOnlySequence<byte> json, IMessage message)
        => MessageReader.Read(json, message, FrozenSet<FieldDescriptor>.Empty);

    /// <summary>The text in pieces, as a network brings it.</summary>
    public static ReadOnlySequence<byte> Cut(byte[] json, Random random)
    {
        var first = new Piece(ReadOnlyMemory<byte>.Empty, 0);
        Piece last = first;
        for (int start = 0; start < json.Length;)
        {
            int length = random.Next(1, Math.Min(9, json.Length - start + 1));
            last = last.Add(json.AsMemory(start, length));
            start += length;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long start) => (Memory, RunningIndex) = (memory, start);

        public Piece Add(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
