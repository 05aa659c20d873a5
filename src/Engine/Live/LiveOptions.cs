using Linr.Index.Log;

namespace Linr.Engine.Live;

/// <summary>How a <see cref="Retriever"/> takes changes.</summary>
public sealed record LiveOptions
{
    /// <summary>Items to have room for from the start, before the table grows; 0 for those of the model.</summary>
    public long Capacity { get; init; }

    /// <summary>
    /// A folder for the log of changes: a change is acknowledged when it is synced to the disk, and when the model is
    /// opened again, the changes that it was not saved with are made again. Null: changes last until the process
    /// ends, or until the model is saved.
    /// </summary>
    public string? LogFolder { get; init; }

    /// <summary>A log that is open, in place of one of a folder; who opened it closes it.</summary>
    internal ChangeLog? Log { get; init; }

    /// <summary>Told now and then up to which offset changes of the log were made again, and where it ends.</summary>
    internal Action<long, long>? Replayed { get; init; }
}
