using Linr.Index.Log.Files;

namespace Linr.Tests.Index.Log;

/// <summary>An open file of <see cref="FaultyFiles"/>.</summary>
internal sealed class FaultyFile(FaultyFiles files, FaultyNode node) : ILogFile
{
    public long Length => files.Do(() => (long)node.Bytes.Length, isChange: false);

    public int Read(Span<byte> target, long position)
    {
        byte[] bytes = files.Do(() => node.Bytes, isChange: false);
        int length = (int)Math.Clamp(bytes.Length - position, 0, target.Length);
        bytes.AsSpan((int)Math.Min(position, bytes.Length), length).CopyTo(target);
        return length;
    }

    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        byte[] copy = bytes.ToArray();
        files.Do(() =>
        {
            int length = files.Take(copy.Length);
            node.Write(copy.AsSpan(0, length), position);
            return length == copy.Length ? 0 : throw new IOException("No space left on device.");
        });
    }

    public void Truncate(long length) => files.Do(() =>
    {
        node.Truncate(length);
        return 0;
    });

    public void Sync() => files.Do(() =>
    {
        if (files.FailSyncs)
        {
            node.ForgetUnsynced();
            throw new IOException("Input/output error.");
        }

        node.Sync();
        return 0;
    });

    public void Dispose()
    {
    }
}
