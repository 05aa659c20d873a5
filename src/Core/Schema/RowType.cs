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

    /// <summary>
    /// Whole numbers of 8 bits and a 16-bit scale a row: a quarter of the bytes of 32-bit floats, components off by
    /// half a 127th of the row's largest. Under cosine the scale is such that the row's norm is 1, and the norm is kept.
    /// </summary>
    Int8,

    /// <summary>
    /// No rows: codes alone, as <see cref="EmbeddingSchema.Codes"/> says. Searches are by codes, and what is read of an
    /// item is the direction that its code tells.
    /// </summary>
    None,
}
