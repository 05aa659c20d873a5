using System.Globalization;
using System.Runtime.InteropServices;
using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>One device of this machine, and what it can do; owns nothing.</summary>
public sealed unsafe class CudaDevice
{
    private const int TextBytes = 256;
    private const int UuidBytes = 16;

    private CudaDevice(int ordinal)
    {
        Ordinal = ordinal;
        Driver.DeviceGet(out int handle, ordinal).OrThrow("cuDeviceGet", null, $"of device {ordinal}");
        Handle = handle;
        byte* text = stackalloc byte[TextBytes];
        Driver.DeviceGetName(text, TextBytes, handle).OrThrow("cuDeviceGetName", null, $"of device {ordinal}");
        Name = Marshal.PtrToStringUTF8((nint)text)!;
        Driver.DeviceGetPciBusId(text, TextBytes, handle).OrThrow("cuDeviceGetPCIBusId", this, $"");
        PciBusId = Marshal.PtrToStringUTF8((nint)text)!;
        Driver.DeviceGetUuid(text, handle).OrThrow("cuDeviceGetUuid", this, $"");
        Uuid = new Guid(new ReadOnlySpan<byte>(text, UuidBytes), bigEndian: true);
        Driver.DeviceTotalMem(out nuint bytes, handle).OrThrow("cuDeviceTotalMem", this, $"");
        TotalBytes = (long)bytes;
        ComputeCapability = new Version(
            Read(DeviceAttribute.ComputeCapabilityMajor), Read(DeviceAttribute.ComputeCapabilityMinor));
        Multiprocessors = Read(DeviceAttribute.MultiprocessorCount);
        SharedBytesPerBlockMax = Read(DeviceAttribute.MaxSharedBytesPerBlockOptIn);
        SharedBytesPerMultiprocessor = Read(DeviceAttribute.MaxSharedBytesPerMultiprocessor);
        ThreadsPerBlockMax = Read(DeviceAttribute.MaxThreadsPerBlock);
        ThreadsPerMultiprocessor = Read(DeviceAttribute.MaxThreadsPerMultiprocessor);
        WarpSize = Read(DeviceAttribute.WarpSize);
        L2Bytes = Read(DeviceAttribute.L2CacheBytes);
    }

    /// <summary>The devices, by ordinal.</summary>
    /// <exception cref="CudaException">There is no driver or no device, or a call failed.</exception>
    public static IReadOnlyList<CudaDevice> All
    {
        get
        {
            var devices = new CudaDevice[CountDevices()];
            for (int ordinal = 0; ordinal < devices.Length; ordinal++)
            {
                devices[ordinal] = new CudaDevice(ordinal);
            }

            return devices;
        }
    }

    /// <summary>Its number among the devices that this process may see, from 0.</summary>
    public int Ordinal { get; }

    /// <summary>The product's name, such as <c>NVIDIA H200</c>.</summary>
    public string Name { get; }

    /// <summary>What names this very device on every machine and in every order.</summary>
    public Guid Uuid { get; }

    /// <summary>Where it sits, as domain:bus:device.function.</summary>
    public string PciBusId { get; }

    /// <summary>The instructions that it has, such as 9.0.</summary>
    public Version ComputeCapability { get; }

    /// <summary>How many multiprocessors it has.</summary>
    public int Multiprocessors { get; }

    /// <summary>Threads of a warp.</summary>
    public int WarpSize { get; }

    /// <summary>The most threads that a block may have.</summary>
    public int ThreadsPerBlockMax { get; }

    /// <summary>The most threads that are on a multiprocessor at a time.</summary>
    public int ThreadsPerMultiprocessor { get; }

    /// <summary>
    /// The most shared memory of a block, in bytes; above 48 KiB a kernel must ask with
    /// <see cref="CudaKernel.AllowSharedBytes"/>.
    /// </summary>
    public int SharedBytesPerBlockMax { get; }

    /// <summary>Shared memory of a multiprocessor, in bytes.</summary>
    public int SharedBytesPerMultiprocessor { get; }

    /// <summary>The second-level cache, in bytes.</summary>
    public int L2Bytes { get; }

    /// <summary>The device's memory, in bytes; what is free is <see cref="CudaContext.FreeBytes"/>.</summary>
    public long TotalBytes { get; }

    internal int Handle { get; }

    /// <summary>The device of an ordinal.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such device.</exception>
    /// <exception cref="CudaException">There is no driver or no device, or a call failed.</exception>
    public static CudaDevice Get(int ordinal)
    {
        int count = CountDevices();
        if (ordinal < 0 || ordinal >= count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(ordinal), ordinal, $"The machine has {count} CUDA device(s), numbered from 0.");
        }

        return new CudaDevice(ordinal);
    }

    /// <summary>The ordinal and the name, as every error shows them.</summary>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"device {Ordinal} ({Name})");

    private static int CountDevices()
    {
        CudaDriver.Load();
        Driver.DeviceGetCount(out int count).OrThrow("cuDeviceGetCount", null, $"");
        return count;
    }

    private int Read(DeviceAttribute attribute)
    {
        Driver.DeviceGetAttribute(out int value, attribute, Handle)
            .OrThrow("cuDeviceGetAttribute", this, $"of {attribute}");
        return value;
    }
}
