namespace Linr.Cuda;

/// <summary>What the rows of a <see cref="CudaTensorMap"/> are made of; the numbers are the driver's.</summary>
public enum CudaTensorElement
{
    /// <summary>Halves.</summary>
    Float16 = 6,

    /// <summary>Floats.</summary>
    Float32 = 7,

    /// <summary>Floats cut to 16 bits.</summary>
    BFloat16 = 9,
}
