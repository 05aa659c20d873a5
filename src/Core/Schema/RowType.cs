namespace Linr;

/// <summary>How embedding rows are stored and scanned.</summary>
public enum RowType
{
    /// <summary>32-bit floats, as they were given.</summary>
    Float32,

    /// <summary>16-bit IEEE floats. Cosine rows are normalised first and their norm is kept.</summary>
    Float16,
}
