namespace Linr.Server.Models;

/// <summary>The bytes that resident models may take, and who has them. Safe for concurrent callers.</summary>
/// <param name="bytesMax">The budget.</param>
internal sealed class MemoryBudget(long bytesMax)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _byOwner = [];

    /// <summary>The budget in bytes.</summary>
    public long BytesMax => bytesMax;

    /// <summary>Bytes that are taken.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_lock)
            {
                return _byOwner.Values.Sum();
            }
        }
    }

    /// <summary>The budget of a machine, where none is said: four fifths of what the process may have.</summary>
    public static long OfMachine() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 5 * 4;

    /// <summary>Takes bytes for an owner that has none, before it loads.</summary>
    /// <exception cref="ModelException">They go beyond the budget; nothing was taken.</exception>
    public void Take(string owner, long bytes)
    {
        lock (_lock)
        {
            long used = _byOwner.Values.Sum();
            if (used + bytes > bytesMax)
            {
                throw ModelException.NoRoom(
                    $"{owner}: expected a version of at most {Math.Max(bytesMax - used, 0):N0} bytes, what is left of the "
                    + $"memory budget of {bytesMax:N0}; found one of some {bytes:N0}. Unload another version, or raise "
                    + "MemoryBytesMax.");
            }

            _byOwner[owner] = bytes;
        }
    }

    /// <summary>Says what an owner takes really.</summary>
    public void Note(string owner, long bytes)
    {
        lock (_lock)
        {
            if (_byOwner.ContainsKey(owner))
            {
                _byOwner[owner] = bytes;
            }
        }
    }

    /// <summary>Gives all bytes of an owner back.</summary>
    public void Give(string owner)
    {
        lock (_lock)
        {
            _byOwner.Remove(owner);
        }
    }
}
