using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Linr.Cuda.Internal;

/// <summary>Turns an answer of the driver into an exception; the text is put together only for a failure.</summary>
internal static class CudaResultExtensions
{
    /// <summary>Throws where <paramref name="result"/> is a failure.</summary>
    /// <param name="result">The driver's answer.</param>
    /// <param name="call">The call, by the name that CUDA's manual lists it under.</param>
    /// <param name="device">The device it went to, if it went to one.</param>
    /// <param name="about">What it was about, to follow the call's name.</param>
    public static void OrThrow(
        this CudaResult result,
        string call,
        CudaDevice? device,
        [InterpolatedStringHandlerArgument(nameof(result))] ref FailureText about)
    {
        if (result != CudaResult.Success)
        {
            Throw(result, call, device, about.ToStringAndClear());
        }
    }

    [DoesNotReturn]
    private static void Throw(CudaResult result, string call, CudaDevice? device, string about)
        => throw CudaException.Of(result, call, device is null ? about : $"{about} on {device}");
}
