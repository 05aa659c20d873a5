namespace Linr.Kernels.Scan;

/// <summary>What the elements of a stored embedding row are.</summary>
public enum RowElement
{
    /// <summary>32-bit IEEE floats.</summary>
    Float32,

    /// <summary>16-bit IEEE floats.</summary>
    Float16,

    /// <summary>The upper 16 bits of 32-bit floats: <see cref="BFloats"/>.</summary>
    BFloat16,
}
