namespace Linr.ModelFile;

/// <summary>A model file is not what it should be: damaged, cut short, or not a model file.</summary>
public sealed class ModelFormatException : IOException
{
    /// <summary>A fault at one place of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="section">The header, or the name of a tensor.</param>
    /// <param name="byteOffset">Where, in bytes from the start of the file.</param>
    /// <param name="expected">What should be there.</param>
    /// <param name="found">What is there.</param>
    public ModelFormatException(string path, string section, long byteOffset, string expected, string found)
        : base($"{path}: {section}, byte {byteOffset}: expected {expected}; found {found}.")
    {
        Path = path;
        Section = section;
        ByteOffset = byteOffset;
        Expected = expected;
        Found = found;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The header, or the name of a tensor.</summary>
    public string Section { get; }

    /// <summary>Where, in bytes from the start of the file.</summary>
    public long ByteOffset { get; }

    /// <summary>What should be there.</summary>
    public string Expected { get; }

    /// <summary>What is there.</summary>
    public string Found { get; }
}
