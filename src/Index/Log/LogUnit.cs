using System.Buffers;
using System.Buffers.Binary;

namespace Linr.Index.Log;

/// <summary>
/// Records that are appended together: after a crash all of them are there or none. One caller at a time; cleared, it
/// serves again and allocates nothing.
/// </summary>
public sealed class LogUnit
{
    internal const int LengthBytes = sizeof(int);

    private readonly ArrayBufferWriter<byte> _frames = new();
    private readonly ArrayBufferWriter<byte> _record = new();

    /// <summary>How many records.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that they take in the log, 4 a record beside its own.</summary>
    public int Bytes => _frames.WrittenCount;

    internal ReadOnlySpan<byte> Frames => _frames.WrittenSpan;

    /// <summary>Adds a record.</summary>
    /// <exception cref="ArgumentException">The unit would have more bytes than a unit may.</exception>
    public void Add(ReadOnlySpan<byte> record)
    {
        ThrowIfTooLong((long)Bytes + LengthBytes + record.Length);
        BinaryPrimitives.WriteInt32LittleEndian(_frames.GetSpan(LengthBytes), record.Length);
        _frames.Advance(LengthBytes);
        _frames.Write(record);
        Count++;
    }

    /// <summary>Adds a change of an item as a record: <see cref="ChangeCodec"/> has its bytes.</summary>
    /// <exception cref="ArgumentException">
    /// The change is beyond <see cref="Limits"/>, or the unit would have more bytes than a unit may.
    /// </exception>
    public void Add(ItemChange change)
    {
        _record.ResetWrittenCount();
        ChangeCodec.Write(change, _record);
        Add(_record.WrittenSpan);
    }

    /// <summary>
    /// Adds how far a source was read as a record: <see cref="PositionCodec"/> has its bytes. The changes before it
    /// stand in the same unit.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The position is beyond <see cref="Limits"/>, or the unit would have more bytes than a unit may.
    /// </exception>
    public void Add(SourcePosition position)
    {
        _record.ResetWrittenCount();
        PositionCodec.Write(position, _record);
        Add(_record.WrittenSpan);
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        _frames.ResetWrittenCount();
        Count = 0;
    }

    internal static void ThrowIfTooLong(long bytes)
    {
        if (bytes > Limits.LogUnitBytesMax)
        {
            throw new ArgumentException(
                $"Expected at most {Limits.LogUnitBytesMax} bytes in one unit of the log; found {bytes}.");
        }
    }
}
