using Linr.Cuda;
using Linr.Kernels;

namespace Linr.Bench.Device;

/// <summary>Empties a device's caches before a search, and measures plain reads.</summary>
internal sealed class Caches : IDisposable
{
    private readonly MemoryReadCuda _read;
    private readonly CudaStream _stream;
    private readonly CudaEvent _start;
    private readonly CudaEvent _end;
    private readonly DeviceBuffer<byte> _flush;
    private readonly DeviceBuffer<uint> _sum;

    public Caches(CudaContext context)
    {
        _read = new MemoryReadCuda(context);
        _stream = new CudaStream(context, "reads of a bench");
        _start = new CudaEvent(context, "start of a read");
        _end = new CudaEvent(context, "end of a read");

        // Twice the cache: what is read last lies in it, and nothing else, nothing that has to be written back either.
        _flush = new DeviceBuffer<byte>(context, 2L * Math.Max(context.Device.L2Bytes, 1 << 20), "flush");
        _sum = new DeviceBuffer<uint>(context, 1, "sum of a read");
        _stream.EnqueueFill(_flush.Slice(), (byte)1);
    }

    /// <summary>Reads something else than the rows.</summary>
    public void Empty()
    {
        _read.Launch(_stream, _flush.Slice(), _sum.Slice());
        _stream.Synchronize();
    }

    /// <summary>Bytes a second of a plain read.</summary>
    public double MeasureRead(DeviceSlice<byte> rows)
    {
        Empty();
        _start.Record(_stream);
        _read.Launch(_stream, rows, _sum.Slice());
        _end.Record(_stream);
        _end.Synchronize();
        return rows.Bytes / (_end.MsSince(_start) / 1e3);
    }

    public void Dispose()
    {
        _sum.Dispose();
        _flush.Dispose();
        _end.Dispose();
        _start.Dispose();
        _stream.Dispose();
        _read.Dispose();
    }
}
