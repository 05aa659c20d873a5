using System.IO.MemoryMappedFiles;

namespace Linr.Memory;

/// <summary>One owner of one read-only mapping of a whole file.</summary>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;
    private bool _disposed;

    /// <summary>Maps the file at <paramref name="path"/>.</summary>
    /// <exception cref="IOException">The file is missing or cannot be mapped.</exception>
    public MappedFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        Path = path;
        Bytes = stream.Length;
        if (Bytes == 0)
        {
            // The platform refuses to map nothing; an empty file is simply empty.
            return;
        }

        _file = MemoryMappedFile.CreateFromFile(
            stream,
            mapName: null,
            capacity: 0,
            MemoryMappedFileAccess.Read,
            HandleInheritability.None,
            leaveOpen: false);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* pointer = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        _start = pointer + _view.PointerOffset;
    }

    /// <summary>The path that was opened.</summary>
    public string Path { get; }

    /// <summary>The length of the file, in bytes.</summary>
    public long Bytes { get; }

    /// <summary>The whole file.</summary>
    /// <exception cref="ObjectDisposedException">The mapping was disposed.</exception>
    public NativeSlice<byte> Contents
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return new NativeSlice<byte>((nint)_start, Bytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }

        _file?.Dispose();
    }
}
