namespace Linr;

/// <summary>
/// Some bytes are no change of an item, or no position of a source: damaged, cut short, or of a later format.
/// </summary>
public sealed class ChangeFormatException : IOException
{
    /// <summary>A fault at one place of the bytes.</summary>
    /// <param name="byteOffset">Where, in bytes from their start.</param>
    /// <param name="expected">What should be there.</param>
    /// <param name="found">What is there.</param>
    public ChangeFormatException(long byteOffset, string expected, string found)
        : base($"Record of changes, byte {byteOffset}: expected {expected}; found {found}.")
    {
        ByteOffset = byteOffset;
        Expected = expected;
        Found = found;
    }

    /// <summary>Where, in bytes from their start.</summary>
    public long ByteOffset { get; }

    /// <summary>What should be there.</summary>
    public string Expected { get; }

    /// <summary>What is there.</summary>
    public string Found { get; }
}
