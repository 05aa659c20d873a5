namespace Linr.Kernels;

/// <summary>What is known of a <see cref="CudaElement"/>.</summary>
internal static class CudaElementExtensions
{
    /// <summary>Bytes of one element.</summary>
    public static int Bytes(this CudaElement element)
        => element == CudaElement.Float32 ? sizeof(float) : sizeof(ushort);
}
