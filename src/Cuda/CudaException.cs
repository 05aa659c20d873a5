using System.Runtime.InteropServices;
using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>
/// A call of the CUDA driver failed, or there is no driver. The message names the call, what it was about, the device,
/// and the error's name, number and text.
/// </summary>
/// <remarks>
/// An error inside a kernel (an illegal address, say) is told by a later call, mostly by the one that waits, and every
/// call of that context fails from then on: the process must be started again.
/// </remarks>
public sealed class CudaException : Exception
{
    private CudaException(string message, string call, int error, string errorName, string about)
        : base(message)
    {
        Call = call;
        Error = error;
        ErrorName = errorName;
        About = about;
    }

    /// <summary>The call that failed, such as <c>cuMemAlloc</c>; empty if no driver was there to call.</summary>
    public string Call { get; }

    /// <summary>CUDA's number of the error, such as 2; 0 if no driver was there to call.</summary>
    public int Error { get; }

    /// <summary>CUDA's name of the error, such as <c>CUDA_ERROR_OUT_OF_MEMORY</c>.</summary>
    public string ErrorName { get; }

    /// <summary>What the call was about, with sizes, and the device.</summary>
    public string About { get; }

    /// <summary>Whether the memory asked for was not there.</summary>
    public bool IsOutOfMemory => Error == (int)CudaResult.OutOfMemory;

    internal static CudaException NoDriver(string reason) => new(reason, string.Empty, 0, string.Empty, reason);

    internal static unsafe CudaException Of(CudaResult result, string call, string about, string? log = null)
    {
        string name = Driver.GetErrorName(result, out byte* nameText) == CudaResult.Success
            ? Marshal.PtrToStringUTF8((nint)nameText) ?? "CUDA_ERROR"
            : "an error that the driver has no name for";
        string text = Driver.GetErrorString(result, out byte* errorText) == CudaResult.Success
            ? Marshal.PtrToStringUTF8((nint)errorText) ?? "no text"
            : "no text";
        string subject = about.Length == 0 ? call : $"{call} {about}";
        string message = $"{subject}: {name} ({(int)result}): {text}";
        return new CudaException(
            string.IsNullOrEmpty(log) ? message : $"{message}\n{log}", call, (int)result, name, about);
    }
}
