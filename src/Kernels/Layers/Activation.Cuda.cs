namespace Linr.Kernels.Layers;

/// <content>What the kernel shares with the processor.</content>
public static partial class Activation
{
    /// <summary>The coefficients of the error function, as bits.</summary>
    internal static IEnumerable<CudaDefine> CudaDefines
        => s_erfOver.Select((value, place) => Define("ERF_OVER_", place, value))
            .Concat(s_erfUnder.Select((value, place) => Define("ERF_UNDER_", place, value)));

    private static CudaDefine Define(string name, int place, float value)
        => new($"{name}{place}", BitConverter.SingleToUInt32Bits(value));
}
