namespace Linr.Index.Log;

/// <summary>
/// Records could not be made durable, and the caller must count them as not written. They are not read while the log
/// is open; after a crash a unit of them may be found, whole.
/// </summary>
public sealed class LogWriteException : IOException
{
    /// <summary>A failed append.</summary>
    /// <param name="path">The segment's file.</param>
    /// <param name="cause">What the disk said.</param>
    /// <param name="isStopped">Whether the log takes no records any more until it is opened again.</param>
    public LogWriteException(string path, Exception cause, bool isStopped)
        : base($"{path}: the records could not be written. {cause?.Message} {Consequence(isStopped)}", cause)
        => IsStopped = isStopped;

    /// <summary>
    /// Whether the log takes no records any more until it is opened again: nobody knows what the disk has kept. If
    /// not, as with a full disk, the next append may succeed.
    /// </summary>
    public bool IsStopped { get; }

    private static string Consequence(bool isStopped)
        => isStopped ? "The log takes no more records until it is opened again." : "The log is as it was before.";
}
