using Microsoft.Win32.SafeHandles;

namespace Linr.Index.Log.Files;

/// <summary>A real file.</summary>
internal sealed class DiskLogFile(string path, FileMode mode, FileAccess access) : ILogFile
{
    private readonly SafeFileHandle _handle =
        File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete);

    public long Length => RandomAccess.GetLength(_handle);

    public int Read(Span<byte> target, long position)
    {
        int count = 0;
        while (count < target.Length)
        {
            int more = RandomAccess.Read(_handle, target[count..], position + count);
            if (more == 0)
            {
                break;
            }

            count += more;
        }

        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long position) => RandomAccess.Write(_handle, bytes, position);

    public void Truncate(long length) => RandomAccess.SetLength(_handle, length);

    public void Sync() => RandomAccess.FlushToDisk(_handle);

    public void Dispose() => _handle.Dispose();
}
