using System.Runtime.InteropServices;
using Linr.Cuda;
using Linr.Kernels;

namespace Linr.Index.Device;

/// <summary>
/// Collects pieces of a table on a device that change, in pinned memory that a kernel reads in place, and enqueues them:
/// one launch for all that fit. For one thread.
/// </summary>
internal sealed class TablePatches : IDisposable
{
    private const int PatchesMax = 4_096;
    private const int BytesMax = 256 * 1024;
    private const int Alignment = 16;
    // A device that is busy lets so many sets of changes wait.
    private const int StageCount = 16;

    private readonly PatchesCuda _kernel;
    private readonly CudaStream _stream;
    private readonly List<Stage> _stages = [];
    private int _now;
    private int _patches;
    private int _bytes;

    /// <summary>Takes the pinned memory.</summary>
    /// <param name="stream">Where the pieces are copied.</param>
    /// <exception cref="CudaException">The memory is not there, or the driver refused.</exception>
    public TablePatches(CudaStream stream)
    {
        _stream = stream;
        _kernel = new PatchesCuda(stream.Context);
        try
        {
            for (int stage = 0; stage < StageCount; stage++)
            {
                _stages.Add(new Stage(stream.Context));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>A piece that changes: what is returned is to be filled before the next call.</summary>
    /// <param name="to">Where it is on the device.</param>
    public Span<byte> Add(DeviceSlice<byte> to)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to.Length, BytesMax);
        int bytes = (int)to.Length;
        if (_patches == PatchesMax || _bytes + bytes > BytesMax)
        {
            Flush();
        }

        Stage stage = _stages[_now];
        stage.Patches.Span[_patches++] = new CudaPatch(stage.Bytes.OnDevice.Slice(_bytes, bytes), to);
        Span<byte> piece = stage.Bytes.Slice(_bytes, bytes).Span;
        _bytes += (bytes + Alignment - 1) / Alignment * Alignment;
        return piece;
    }

    /// <summary>A value that changes.</summary>
    /// <param name="to">Where it is on the device: one element.</param>
    /// <param name="value">What it becomes.</param>
    public void Add<T>(DeviceSlice<T> to, T value)
        where T : unmanaged
        => MemoryMarshal.Write(Add(to.Cast<byte>()), value);

    /// <summary>Enqueues what was added.</summary>
    /// <exception cref="CudaException">A call failed.</exception>
    public void Flush()
    {
        if (_patches == 0)
        {
            return;
        }

        Stage stage = _stages[_now];
        _kernel.Launch(_stream, stage.Patches.OnDevice.Slice(0, _patches));
        stage.IsCopied.Record(_stream);
        (_patches, _bytes) = (0, 0);
        _now = (_now + 1) % StageCount;

        // The device may still read it.
        _stages[_now].IsCopied.Synchronize();
    }

    /// <summary>Forgets what was added and not enqueued.</summary>
    public void Clear() => (_patches, _bytes) = (0, 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stages.ForEach(stage => stage.Dispose());
        _kernel.Dispose();
    }

    private sealed class Stage : IDisposable
    {
        public Stage(CudaContext context)
        {
            Patches = new PinnedBuffer<CudaPatch>(context, PatchesMax, "patches of a table", isMapped: true);
            try
            {
                Bytes = new PinnedBuffer<byte>(context, BytesMax, "changes of a table", isMapped: true);
                IsCopied = new CudaEvent(context, "changes of a table", isTimed: false);
            }
            catch
            {
                Bytes?.Dispose();
                Patches.Dispose();
                throw;
            }
        }

        public PinnedBuffer<CudaPatch> Patches { get; }

        public PinnedBuffer<byte> Bytes { get; }

        public CudaEvent IsCopied { get; }

        public void Dispose()
        {
            IsCopied.Dispose();
            Bytes.Dispose();
            Patches.Dispose();
        }
    }
}
