using Linr.Cuda;
using Linr.Index.Columns;

namespace Linr.Index.Device;

/// <summary>
/// Masks of live rows on a device: one of each state that somebody reads, given back and used again. Safe for any thread.
/// </summary>
/// <param name="context">Where.</param>
internal sealed class MaskPool(CudaContext context) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Stack<DeviceBuffer<ulong>> _free = [];
    private long _words;
    private bool _isDisposed;

    /// <summary>A mask, of any bits.</summary>
    /// <param name="capacity">Rows of it; those of fewer are given up.</param>
    /// <exception cref="CudaException">There is no memory for one more.</exception>
    public DeviceBuffer<ulong> Take(long capacity)
    {
        lock (_lock)
        {
            if (_words != RowMask.Words(capacity))
            {
                Drop();
                _words = RowMask.Words(capacity);
            }

            return _free.TryPop(out DeviceBuffer<ulong>? mask)
                ? mask : new DeviceBuffer<ulong>(context, _words, "mask of live rows");
        }
    }

    /// <summary>Nobody reads a mask any more.</summary>
    public void GiveBack(DeviceBuffer<ulong> mask)
    {
        lock (_lock)
        {
            if (mask.Length == _words && !_isDisposed)
            {
                _free.Push(mask);
            }
            else
            {
                mask.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            Drop();
        }
    }

    private void Drop()
    {
        while (_free.TryPop(out DeviceBuffer<ulong>? mask))
        {
            mask.Dispose();
        }
    }
}
