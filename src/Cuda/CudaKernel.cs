using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>A function of a module that the host launches; lives as long as its module.</summary>
public sealed unsafe partial class CudaKernel
{
    private readonly nint _function;

    internal CudaKernel(CudaModule module, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Module = module;
        Name = name;
        nint handle = module.Handle;
        module.Context.MakeCurrent();
        Driver.ModuleGetFunction(out _function, handle, name)
            .OrThrow("cuModuleGetFunction", module.Context.Device, $"of '{name}' in module '{module.Name}'");

        // The driver may load code lazily; asking for attributes loads it now, where waiting is allowed.
        Registers = Read(FunctionAttribute.Registers);
        LocalBytes = Read(FunctionAttribute.LocalBytes);
        StaticSharedBytes = Read(FunctionAttribute.SharedBytes);
        ThreadsPerBlockMax = Read(FunctionAttribute.MaxThreadsPerBlock);
        _parameterBytes = ReadParameters();
    }

    /// <summary>The module it is in.</summary>
    public CudaModule Module { get; }

    /// <summary>The name of its entry.</summary>
    public string Name { get; }

    /// <summary>Registers of a thread.</summary>
    public int Registers { get; }

    /// <summary>Local memory of a thread, in bytes: arrays and spilled registers.</summary>
    public int LocalBytes { get; }

    /// <summary>Shared memory that it declares itself, in bytes a block.</summary>
    public int StaticSharedBytes { get; }

    /// <summary>The most threads that a block of it may have, by its registers.</summary>
    public int ThreadsPerBlockMax { get; }

    /// <summary>Allows launches with so much dynamic shared memory; above 48 KiB a device wants to be asked.</summary>
    /// <param name="bytes">Bytes a block.</param>
    /// <exception cref="CudaException">The device has less.</exception>
    public void AllowSharedBytes(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        CudaContext context = MakeCurrent();
        Driver.FuncSetAttribute(_function, FunctionAttribute.MaxDynamicSharedBytes, bytes)
            .OrThrow("cuFuncSetAttribute", context.Device, $"of {bytes:N0} dynamic shared bytes for '{Name}'");
    }

    /// <summary>How many of its blocks a multiprocessor holds at once; 0 if not even one fits.</summary>
    /// <param name="threads">Threads a block.</param>
    /// <param name="sharedBytes">Dynamic shared memory a block, in bytes.</param>
    /// <exception cref="CudaException">The call failed.</exception>
    public int BlocksPerMultiprocessor(int threads, int sharedBytes = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        ArgumentOutOfRangeException.ThrowIfNegative(sharedBytes);
        CudaContext context = MakeCurrent();
        Driver.OccupancyMaxActiveBlocks(out int blocks, _function, threads, (nuint)sharedBytes)
            .OrThrow(
                "cuOccupancyMaxActiveBlocksPerMultiprocessor",
                context.Device,
                $"for '{Name}', {threads:N0} threads, {sharedBytes:N0} shared bytes");
        return blocks;
    }

    private CudaContext MakeCurrent()
    {
        ObjectDisposedException.ThrowIf(Module.IsDisposed, Module);
        Module.Context.MakeCurrent();
        return Module.Context;
    }

    private int Read(FunctionAttribute attribute)
    {
        Driver.FuncGetAttribute(out int value, attribute, _function)
            .OrThrow("cuFuncGetAttribute", Module.Context.Device, $"of {attribute} of '{Name}'");
        return value;
    }
}
