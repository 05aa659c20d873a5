namespace Linr.Kernels;

/// <summary>What the elements of an embedding row in device memory are.</summary>
public enum CudaElement
{
    /// <summary>32-bit IEEE floats.</summary>
    Float32,

    /// <summary>16-bit IEEE floats.</summary>
    Float16,

    /// <summary>The upper 16 bits of 32-bit floats.</summary>
    BFloat16,

    /// <summary>Bits: +1 where one is set, -1 elsewhere; <see cref="Scan.RowElement.SignCode"/>.</summary>
    SignCode,

    /// <summary>Whole numbers of 8 bits, times a half a row: <see cref="Int8Rows"/>.</summary>
    Int8,
}
