namespace Linr;

/// <summary>Some bytes are not a change of an item: damaged, cut short, or of a later format.</summary>
public sealed class ChangeFormatException : IOException
{
    /// <summary>A fault at one place of the bytes.</summary>
    /// <param name="byteOffset">Where, in bytes from their start.</param>
    /// <param name="expected">What should be there.</param>
    /// <param name="found">What is there.</param>
    public ChangeFormatException(long byteOffset, string expected, string found)
        : base($"Change of an item, byte {byteOffset}: expected {expected}; found {found}.")
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
