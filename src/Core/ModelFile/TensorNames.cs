namespace Linr.ModelFile;

/// <summary>Tensors that the format itself adds.</summary>
public static class TensorNames
{
    /// <summary>U64: the header's XXH3-64, then one per 16 MiB block of every other tensor, in file order.</summary>
    public const string Checksums = "checksum/xxh3";

    /// <summary>Starts the name of every U8 tensor of zeros that aligns the next one.</summary>
    public const string PadPrefix = "pad/";
}
