using System.Globalization;

namespace Linr.Server.Security.Audit;

/// <summary>
/// A file of lines; where it has grown to its size it becomes <c>.1</c>, that one <c>.2</c>, and so on. Each line is
/// with the operating system when <see cref="Write"/> returns. Safe for concurrent callers.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="bytesMax">Bytes of one file.</param>
/// <param name="filesMax">Files that are kept, this one included.</param>
internal sealed class AuditFile(string path, long bytesMax, int filesMax) : IDisposable
{
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private readonly Lock _lock = new();
    private FileStream? _file;

    /// <summary>Adds a line.</summary>
    /// <exception cref="IOException">The disk failed; the next line tries again.</exception>
    public void Write(ReadOnlySpan<byte> line)
    {
        lock (_lock)
        {
            _file ??= Open();
            if (_file.Length > 0 && _file.Length + line.Length > bytesMax)
            {
                _file.Dispose();
                _file = null;
                Rotate();
                _file = Open();
            }

            _file.Write(line);
            _file.Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    private void Rotate()
    {
        File.Delete(PathOf(filesMax - 1));
        for (int i = filesMax - 2; i >= 0; i--)
        {
            if (File.Exists(PathOf(i)))
            {
                File.Move(PathOf(i), PathOf(i + 1), overwrite: true);
            }
        }
    }

    private string PathOf(int age) => age == 0 ? path : $"{path}.{age.ToString(CultureInfo.InvariantCulture)}";

    private FileStream Open()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerAndGroup;
        }

        return new FileStream(path, options);
    }
}
