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

    /// <summary>
    /// Bits, D of them, 64 a word, lowest first: +1 where one is set, -1 elsewhere, such as <see cref="SignOporp"/>
    /// codes. Dot products with queries of whole numbers within 127; scanned alone, without weights.
    /// </summary>
    SignCode,

    /// <summary>Whole numbers of 8 bits, times a half a row: <see cref="Int8Rows"/>.</summary>
    Int8,
}
