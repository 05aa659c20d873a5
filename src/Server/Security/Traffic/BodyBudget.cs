namespace Linr.Server.Security.Traffic;

/// <summary>The bytes that the bodies of all requests may take together. Safe for concurrent callers.</summary>
/// <param name="bytesMax">How many; 0: any.</param>
internal sealed class BodyBudget(long bytesMax)
{
    private long _usedBytes;

    /// <summary>What requests that run hold now.</summary>
    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <summary>Whether there is a limit.</summary>
    public bool IsLimited => bytesMax > 0;

    /// <exception cref="TrafficException">There is no room.</exception>
    public void Take(long bytes)
    {
        long used = Interlocked.Add(ref _usedBytes, bytes);
        if (used > bytesMax)
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
