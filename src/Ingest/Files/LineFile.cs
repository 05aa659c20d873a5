using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace Linr.Ingest.Files;

/// <summary>
/// A file of lines that grows while it is read: its whole lines, and whether it is still what was read of it.
/// </summary>
internal sealed class LineFile : IDisposable
{
    private const int HashedBytes = 1_024;
    private const int LooksMax = 5;
    private const int FirstBytes = 1 << 18;

    private readonly SafeFileHandle _file;
    private readonly int _lineBytesMax;
    private readonly string _path;
    private byte[] _buffer;
    private int _filled;

    /// <summary>Opens a file at an offset; others may write it, rename it and delete it meanwhile.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public LineFile(string path, long offset, int lineBytesMax)
    {
        _path = path;
        _file = File.OpenHandle(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        _lineBytesMax = lineBytesMax;
        _buffer = new byte[Math.Min(FirstBytes, lineBytesMax)];
        Offset = offset;
    }

    /// <summary>Where the lines end that were taken.</summary>
    public long Offset { get; private set; }

    /// <summary>How long the file is now.</summary>
    public long Length => RandomAccess.GetLength(_file);

    /// <summary>When it was written last.</summary>
    public DateTimeOffset WrittenAt => new(File.GetLastWriteTimeUtc(_file), TimeSpan.Zero);

    /// <summary>
    /// The hash of the bytes before an offset, at most so many; it tells whether a file is the one that was read.
    /// </summary>
    /// <returns>0 where there are none; the file is shorter: 0 too.</returns>
    public ulong HashOf(long offset) => PrefixHash(_file, offset);

    /// <summary>Reads on from <see cref="Offset"/>.</summary>
    /// <returns>Whole lines, each with its end, good until the next call; empty where there is none yet.</returns>
    /// <exception cref="SourceException">A line is too long.</exception>
    public ReadOnlyMemory<byte> ReadLines()
    {
        while (true)
        {
            int read = RandomAccess.Read(_file, _buffer.AsSpan(_filled), Offset + _filled);
            int end = _buffer.AsSpan(_filled, read).LastIndexOf((byte)'\n') + 1;
            _filled += read;
            if (end > 0)
            {
                return _buffer.AsMemory(0, _filled - read + end);
            }

            if (read == 0)
            {
                return default;
            }

            if (_filled == _buffer.Length)
            {
                if (_buffer.Length == _lineBytesMax)
                {
                    throw new SourceException(
                        $"{Path.GetFileName(_path)}, byte {Offset}: expected a row of at most {_lineBytesMax} bytes; "
                        + "found a longer one.");
                }

                Array.Resize(ref _buffer, (int)Math.Min(2L * _buffer.Length, _lineBytesMax));
            }
        }
    }

    /// <summary>What follows the last line end, once <see cref="ReadLines"/> has found no more.</summary>
    public ReadOnlyMemory<byte> Rest => _buffer.AsMemory(0, _filled);

    /// <summary>Lines were taken.</summary>
    public void Take(int bytes)
    {
        _buffer.AsSpan(bytes, _filled - bytes).CopyTo(_buffer);
        _filled -= bytes;
        Offset += bytes;
    }

    /// <summary>
    /// Whether the path names another file now: this one was renamed, and a new one is there. No number of a file is
    /// the same on all systems: what is in the two decides.
    /// </summary>
    public bool IsReplaced()
    {
        try
        {
            using SafeFileHandle named = File.OpenHandle(
                _path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return PrefixHash(named, Offset) != HashOf(Offset) || !HaveOneLength(named);
        }
        catch (FileNotFoundException)
        {
            // Renamed, and the new one is not there yet.
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool HaveOneLength(SafeFileHandle named)
    {
        // One file grows between two looks at it, if somebody writes to it just then; but not each time.
        for (int look = 0; look < LooksMax; look++)
        {
            if (RandomAccess.GetLength(named) == Length)
            {
                return true;
            }
        }

        return false;
    }

    private static ulong PrefixHash(SafeFileHandle file, long offset)
    {
        Span<byte> bytes = stackalloc byte[HashedBytes];
        int wanted = (int)Math.Min(HashedBytes, offset);
        int read = RandomAccess.Read(file, bytes[..wanted], offset - wanted);
        return wanted == 0 || read < wanted ? 0 : XxHash3.HashToUInt64(bytes[..wanted]);
    }
}
