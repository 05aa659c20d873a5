using System.Text;
using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>Loaded device code: PTX, which the driver compiles for the device, or a cubin made for it.</summary>
public sealed unsafe class CudaModule : CudaOwner
{
    private const int LogBytes = 16 * 1024;

    /// <summary>Loads device code.</summary>
    /// <param name="context">Where.</param>
    /// <param name="name">What it is, as errors show it.</param>
    /// <param name="image">PTX text in ASCII, with or without its final zero, or a cubin.</param>
    /// <param name="registersMax">The most registers that a thread of PTX may get; 0 leaves it to the compiler.</param>
    /// <exception cref="ArgumentException"><paramref name="image"/> is empty.</exception>
    /// <exception cref="CudaException">The code does not load; the message has the compiler's log.</exception>
    public CudaModule(CudaContext context, string name, ReadOnlySpan<byte> image, int registersMax = 0)
        : base(context, CudaOwnerKind.Module, name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(registersMax);
        if (image.IsEmpty)
        {
            throw new ArgumentException($"The image of module '{name}' is empty.", nameof(image));
        }

        // PTX has to end with a zero, which a resource does not have.
        var ended = new byte[image.Length + 1];
        image.CopyTo(ended);
        var info = new byte[LogBytes];
        var errors = new byte[LogBytes];
        context.MakeCurrent();
        CudaResult result = Load(ended, info, errors, registersMax, out nint module);
        if (result != CudaResult.Success)
        {
            throw CudaException.Of(
                result, "cuModuleLoadDataEx", $"of module '{name}' on {context.Device}", ReadText(errors));
        }

        Log = ReadText(info);
        Own(module);
    }

    /// <summary>What the driver's compiler said, spills included; empty for a cubin or code that was cached.</summary>
    public string Log { get; }

    /// <summary>A kernel of the module, ready to launch.</summary>
    /// <param name="name">The name of its entry, as <c>extern "C"</c> code has it.</param>
    /// <exception cref="CudaException">The module has no such kernel, or the device cannot take it.</exception>
    public CudaKernel GetKernel(string name) => new(this, name);

    private protected override CudaResult Free(nint handle) => Driver.ModuleUnload(handle);

    private static CudaResult Load(byte[] image, byte[] info, byte[] errors, int registersMax, out nint module)
    {
        fixed (byte* imageBytes = image, infoBytes = info, errorBytes = errors)
        {
            JitOption* options = stackalloc JitOption[]
            {
                JitOption.InfoLogBuffer,
                JitOption.InfoLogBytes,
                JitOption.ErrorLogBuffer,
                JitOption.ErrorLogBytes,
                JitOption.LogVerbose,
                JitOption.MaxRegisters,
            };
            nint* values = stackalloc nint[]
            {
                (nint)infoBytes, LogBytes, (nint)errorBytes, LogBytes, 1, registersMax,
            };
            uint count = registersMax == 0 ? 5u : 6u;
            return Driver.ModuleLoadData(out module, imageBytes, count, options, values);
        }
    }

    private static string ReadText(byte[] buffer)
    {
        int length = Array.IndexOf(buffer, (byte)0);
        return Encoding.UTF8.GetString(buffer, 0, length < 0 ? buffer.Length : length).Trim();
    }
}
