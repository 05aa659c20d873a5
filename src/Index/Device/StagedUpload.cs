using System.Runtime.InteropServices;
using Linr.Cuda;

namespace Linr.Index.Device;

/// <summary>
/// Sends host memory to a device through two pinned buffers: one is filled while the device reads the other. Mapped
/// files cannot be read by a device, and pinning all of a table would take it from what the machine can page.
/// </summary>
internal sealed class StagedUpload : IDisposable
{
    private const int StageBytes = 8 * 1024 * 1024;
    private const int StageCount = 2;

    private readonly CudaStream _stream;
    private readonly List<PinnedBuffer<byte>> _stages = [];
    private readonly List<CudaEvent> _sent = [];
    private readonly long _bytesTotal;
    private readonly IProgress<UploadProgress>? _progress;
    private readonly CancellationToken _cancellation;
    private long _bytesDone;
    private int _next;

    public StagedUpload(
        CudaStream stream, long bytesTotal, IProgress<UploadProgress>? progress, CancellationToken cancellation)
    {
        _stream = stream;
        _bytesTotal = bytesTotal;
        _progress = progress;
        _cancellation = cancellation;
        try
        {
            for (int stage = 0; stage < StageCount; stage++)
            {
                _stages.Add(new PinnedBuffer<byte>(stream.Context, StageBytes, "staging of an upload"));
                _sent.Add(new CudaEvent(stream.Context, "staging of an upload", isTimed: false, isSleeping: true));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Writes elements of one block of rows.</summary>
    /// <param name="block">The table's block.</param>
    /// <param name="first">The first unit within the block.</param>
    /// <param name="to">Whole units, all of which are to be set.</param>
    public delegate void UnitWriter<T>(int block, int first, Span<T> to);

    /// <summary>
    /// Sends an array that has some elements for each unit of a shard, and zeros what is past the last.
    /// </summary>
    /// <param name="shard">The rows.</param>
    /// <param name="unitRows">Rows of a unit: 1, or 64 for masks.</param>
    /// <param name="to">The array.</param>
    /// <param name="stride">Elements of a unit.</param>
    /// <param name="write">Gives the elements.</param>
    public void Send<T>(RowShard shard, int unitRows, DeviceSlice<T> to, int stride, UnitWriter<T> write)
        where T : unmanaged
    {
        long sent = 0;
        for (int block = 0; block < shard.BlockCount; block++)
        {
            long rows = Math.Clamp(shard.Rows - ((long)block * Limits.BlockRows), 0, Limits.BlockRows);
            int units = (int)((rows + unitRows - 1) / unitRows);
            int hostBlock = shard.FirstBlock + block;
            Send(to.Slice(sent, (long)units * stride), stride, (first, span) => write(hostBlock, (int)first, span));
            sent += (long)units * stride;
        }

        Zero(to.Slice(sent, to.Length - sent));
    }

    /// <summary>Sends an array in pieces of whole units.</summary>
    /// <param name="to">The array.</param>
    /// <param name="stride">Elements of a unit.</param>
    /// <param name="write">Gives the elements from a unit on.</param>
    public void Send<T>(DeviceSlice<T> to, int stride, Action<long, Span<T>> write)
        where T : unmanaged
    {
        long elementBytes = to.IsEmpty ? 1 : to.Bytes / to.Length;
        long pieceMax = StageBytes / (stride * elementBytes) * stride;
        for (long start = 0; start < to.Length; start += pieceMax)
        {
            _cancellation.ThrowIfCancellationRequested();
            DeviceSlice<byte> piece = to.Slice(start, Math.Min(pieceMax, to.Length - start)).Cast<byte>();
            _sent[_next].Synchronize();
            PinnedSlice<byte> stage = _stages[_next].Slice(0, piece.Length);
            write(start / stride, MemoryMarshal.Cast<byte, T>(stage.Span));
            _stream.EnqueueUpload(stage, piece);
            _sent[_next].Record(_stream);
            _next = (_next + 1) % StageCount;
            Report(piece);
        }
    }

    /// <summary>Zeros an array.</summary>
    public void Zero<T>(DeviceSlice<T> to)
        where T : unmanaged
    {
        _stream.EnqueueZero(to);
        Report(to);
    }

    public void Dispose()
    {
        // The device may still read the stages, and after a failure there is nothing left to wait for.
        foreach (CudaEvent sent in _sent)
        {
            try
            {
                sent.Synchronize();
            }
            catch (CudaException)
            {
                // The failure that led here is the one to show.
            }

            sent.Dispose();
        }

        _stages.ForEach(stage => stage.Dispose());
    }

    private void Report<T>(DeviceSlice<T> done)
        where T : unmanaged
    {
        if (!done.IsEmpty)
        {
            _bytesDone += done.Bytes;
            _progress?.Report(new UploadProgress(done.Name, _bytesDone, _bytesTotal));
        }
    }
}
