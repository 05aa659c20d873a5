namespace Linr.Kernels;

/// <summary>What is known of a <see cref="CudaElement"/>.</summary>
internal static class CudaElementExtensions
{
    /// <summary>Bytes of so many elements, of bits whole words.</summary>
    public static int Bytes(this CudaElement element, int count) => element switch
    {
        CudaElement.Float32 => count * sizeof(float),
        CudaElement.SignCode => count / 8,
        CudaElement.Int8 => count,
        _ => count * sizeof(ushort),
    };

    /// <summary>What a row is padded to a multiple of, in bytes.</summary>
    public static int RowAlignment(this CudaElement element)
        => element switch
        {
            CudaElement.SignCode => sizeof(ulong),
            CudaElement.Int8 => 2 * FusedScan.RowAlignment,
            _ => FusedScan.RowAlignment,
        };
}
