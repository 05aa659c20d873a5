using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>
/// For each slot the best lower bound of its last hit's canonical score that any thread has found: rows below it are
/// out. It only rises.
/// </summary>
internal sealed unsafe class Cuts : IDisposable
{
    private NativeBuffer? _buffer;
    private float* _cuts;

    /// <summary>The cuts, slot after slot.</summary>
    public float* Address => _cuts;

    /// <summary>The cut of a slot.</summary>
    public float this[int slot] => Volatile.Read(ref _cuts[slot]);

    /// <summary>Starts <paramref name="slotCount"/> slots at minus infinity.</summary>
    public void Reset(int slotCount)
    {
        _cuts = (float*)ScanArrays.Grow(ref _buffer, (long)slotCount * sizeof(float));
        new Span<float>(_cuts, slotCount).Fill(float.NegativeInfinity);
    }

    /// <summary>Raises the cut of a slot, if it is higher.</summary>
    public void Raise(int slot, float cut)
    {
        float seen = this[slot];
        while (cut > seen)
        {
            float before = Interlocked.CompareExchange(ref _cuts[slot], cut, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer?.Dispose();
}
