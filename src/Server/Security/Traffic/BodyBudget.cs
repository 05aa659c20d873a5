namespace Linr.Server.Security.Traffic;

/// <summary>The bytes that the bodies of all requests may take together. Safe for concurrent callers.</summary>
/// <param name="bytesMax">How many; 0: any.</param>
internal sealed class BodyBudget(long bytesMax)
{
    private long _usedBytes;

    /// <summary>What requests that run hold now.</summary>
    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <summary>Takes bytes until they are given back.</summary>
    /// <exception cref="TrafficException">There is no room; nothing was taken.</exception>
    public void Take(long bytes)
    {
        long used = Interlocked.Add(ref _usedBytes, bytes);
        if (bytesMax > 0 && used > bytesMax)
        {
            Give(bytes);
            throw new TrafficException(
                $"Traffic:BodyBytesInFlightMax: expected at most {bytesMax:N0} bytes of all requests together; found "
                + $"{used:N0}. Try again later.");
        }
    }

    /// <summary>Gives back what was taken.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _usedBytes, -bytes);
}
