using System.Buffers.Binary;
using System.IO.Hashing;

namespace Linr.Index.Log;

/// <summary>The records that go to the disk next, in one buffer behind room for the group's header.</summary>
internal sealed class PendingGroup
{
    private const int KeptBytesMax = 32 * 1024 * 1024;

    private byte[] _buffer = new byte[64 * 1024];
    private int _end = GroupHeader.Bytes;
    private TaskCompletionSource _durable = NewSource();

    public int Count { get; private set; }

    public int BodyBytes => _end - GroupHeader.Bytes;

    public Task Durable => _durable.Task;

    /// <summary>Adds one record without its length.</summary>
    public void AddRecord(ReadOnlySpan<byte> record)
    {
        Span<byte> target = Grow(LogUnit.LengthBytes + record.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target, record.Length);
        record.CopyTo(target[LogUnit.LengthBytes..]);
        Count++;
    }

    /// <summary>Adds records, each behind its length.</summary>
    public void AddFrames(ReadOnlySpan<byte> frames, int count)
    {
        frames.CopyTo(Grow(frames.Length));
        Count += count;
    }

    /// <summary>All bytes of the group.</summary>
    public ReadOnlySpan<byte> Finish(long number, long firstOffset, uint ageMs, long seed)
    {
        ulong checksum = XxHash3.HashToUInt64(_buffer.AsSpan(GroupHeader.Bytes, BodyBytes), seed);
        new GroupHeader(BodyBytes, Count, number, firstOffset, checksum, ageMs).Write(_buffer, seed);
        return _buffer.AsSpan(0, _end);
    }

    /// <summary>Tells those who wait how it went, and is empty again.</summary>
    public void Complete(Exception? error)
    {
        TaskCompletionSource durable = _durable;
        Count = 0;
        _end = GroupHeader.Bytes;
        _durable = NewSource();
        if (_buffer.Length > KeptBytesMax)
        {
            _buffer = new byte[64 * 1024];
        }

        if (error is null)
        {
            durable.SetResult();
        }
        else
        {
            durable.SetException(error);
        }
    }

    // Who waits goes on elsewhere: the thread that writes only writes.
    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Span<byte> Grow(int bytes)
    {
        int end = _end + bytes;
        if (end > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(end, 2 * _buffer.Length));
        }

        Span<byte> target = _buffer.AsSpan(_end, bytes);
        _end = end;
        return target;
    }
}
