namespace Linr.Index.Log;

/// <summary>
/// A log is damaged where acknowledged records are, or were: it is not opened, and nothing of it is changed.
/// </summary>
public sealed class ChangeLogException : IOException
{
    /// <summary>A fault at one place of a segment.</summary>
    /// <param name="path">The segment's file.</param>
    /// <param name="byteOffset">Where, in bytes from the start of the file.</param>
    /// <param name="offset">The offset of the first record that cannot be read.</param>
    /// <param name="expected">What should be there.</param>
    /// <param name="found">What is there.</param>
    public ChangeLogException(string path, long byteOffset, long offset, string expected, string found)
        : base($"{path}: byte {byteOffset}, record {offset}: expected {expected}; found {found}.")
    {
        Path = path;
        ByteOffset = byteOffset;
        Offset = offset;
        Expected = expected;
        Found = found;
    }

    internal ChangeLogException(string path, long offset, LogFault fault)
        : this(path, fault.ByteOffset, offset, fault.Expected, fault.Found)
    {
    }

    /// <summary>The segment's file.</summary>
    public string Path { get; }

    /// <summary>Where, in bytes from the start of the file.</summary>
    public long ByteOffset { get; }

    /// <summary>The offset of the first record that cannot be read.</summary>
    public long Offset { get; }

    /// <summary>What should be there.</summary>
    public string Expected { get; }

    /// <summary>What is there.</summary>
    public string Found { get; }
}
