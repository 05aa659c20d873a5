namespace Linr;

/// <summary>How embedding rows are stored and scanned.</summary>
public enum RowType
{
    /// <summary>32-bit floats, as they were given.</summary>
    Float32,

    /// <summary>16-bit IEEE floats. Cosine rows are normalised first and their norm is kept.</summary>
    Float16,

    /// <summary>
    /// The upper 16 bits of 32-bit floats (bfloat16): their range with 8 bits of precision. Cosine rows are normalised
    /// first and their norm is kept.
    /// </summary>
    BFloat16,
}
