using System.Globalization;

namespace Linr.Engine.Batching;

/// <summary>As many requests wait already as may wait: the caller is refused at once, and nothing was done.</summary>
/// <param name="queueDepthMax">How many may wait.</param>
public sealed class QueueFullException(int queueDepthMax) : Exception(string.Create(
    CultureInfo.InvariantCulture,
    $"The queue is full: {queueDepthMax:N0} requests wait already ({nameof(BatchOptions.QueueDepthMax)})."))
{
    /// <summary>How many may wait.</summary>
    public int QueueDepthMax { get; } = queueDepthMax;
}
