using Linr.Index.Log.Files;

namespace Linr.Index.Log;

/// <summary>
/// Where somebody who reads a log as it grows has got to: the open file and the place in it, so that going on reads
/// what is new alone. One caller at a time.
/// </summary>
/// <param name="offset">The first record that was not read yet.</param>
internal sealed class LogPlace(long offset) : IDisposable
{
    private ILogFile? _file;

    /// <summary>The next record.</summary>
    public long Offset { get; set; } = offset;

    /// <summary>The file that is open; null before the first.</summary>
    public Segment? Segment { get; private set; }

    /// <summary>Reads it.</summary>
    public GroupReader? Reader { get; private set; }

    /// <summary>Goes on to another file, which it owns from now on.</summary>
    public void GoTo(Segment segment, ILogFile file, GroupReader reader)
    {
        _file?.Dispose();
        (Segment, _file, Reader) = (segment, file, reader);
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
