namespace Linr.Tests.Index.Log;

/// <summary>A file's bytes as programs see them, and what the disk holds of them: the rest is not synced yet.</summary>
internal sealed class FaultyNode
{
    private const int SectorBytes = 512;
    private readonly List<(long Position, byte[]? Bytes)> _unsynced = [];
    private byte[] _durable = [];

    public byte[] Bytes { get; set; } = [];

    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        Bytes = Written(Bytes, bytes, position);
        _unsynced.Add((position, bytes.ToArray()));
    }

    public void Truncate(long length)
    {
        Bytes = Resized(Bytes, length);
        _unsynced.Add((length, null));
    }

    public void Sync()
    {
        _durable = Bytes;
        _unsynced.Clear();
    }

    /// <summary>What Linux does after a failed sync: it forgets that the bytes never reached the disk.</summary>
    public void ForgetUnsynced() => _unsynced.Clear();

    public FaultyNode Copy()
    {
        var copy = new FaultyNode { Bytes = Bytes, _durable = _durable };
        copy._unsynced.AddRange(_unsynced);
        return copy;
    }

    /// <summary>
    /// The file after a power cut: of what was not synced, sectors or pieces of them reached the disk, in any order.
    /// </summary>
    public FaultyNode AfterPowerCut(Random random)
    {
        double kept = random.Next(4) switch { 0 => 0, 1 => 1, _ => random.NextDouble() };
        bool isReordered = random.Next(2) == 0;
        List<(long Position, byte[]? Bytes)> pieces = [.. _unsynced.SelectMany(Pieces)];
        if (isReordered)
        {
            pieces = [.. pieces.OrderBy(_ => random.Next())];
        }

        byte[] bytes = _durable;
        foreach ((long position, byte[]? piece) in pieces.Where(_ => random.NextDouble() < kept))
        {
            bool isTorn = piece is not null && random.Next(8) == 0;
            bytes = piece is null
                ? Resized(bytes, position)
                : Written(bytes, isTorn ? piece.AsSpan(0, random.Next(piece.Length)) : piece, position);
        }

        // A file may have grown without its bytes: zeros are there, or what the disk held before.
        if (random.Next(4) == 0 && Bytes.Length > bytes.Length)
        {
            byte[] stale = new byte[Bytes.Length - bytes.Length];
            if (random.Next(2) == 0)
            {
                random.NextBytes(stale);
            }

            bytes = [.. bytes, .. stale];
        }

        return new FaultyNode { Bytes = bytes, _durable = bytes };
    }

    private static IEnumerable<(long, byte[]?)> Pieces((long Position, byte[]? Bytes) write)
    {
        if (write.Bytes is null)
        {
            yield return write;
            yield break;
        }

        for (int at = 0; at < write.Bytes.Length;)
        {
            long position = write.Position + at;
            int length = (int)Math.Min(SectorBytes - (position % SectorBytes), write.Bytes.Length - at);
            yield return (position, write.Bytes[at..(at + length)]);
            at += length;
        }
    }

    private static byte[] Written(byte[] old, ReadOnlySpan<byte> bytes, long position)
    {
        byte[] written = Resized(old, Math.Max(old.Length, position + bytes.Length));
        bytes.CopyTo(written.AsSpan((int)position));
        return written;
    }

    private static byte[] Resized(byte[] old, long length)
    {
        byte[] resized = new byte[length];
        old.AsSpan(0, (int)Math.Min(length, old.Length)).CopyTo(resized);
        return resized;
    }
}
