namespace Linr.Ingest;

/// <summary>
/// Something that items change by: a database, a log of messages, files. One <see cref="Ingestor"/> reads it.
/// </summary>
public interface IChangeSource
{
    /// <summary>Its name, under which its position is kept: another source must not have it.</summary>
    string Name { get; }

    /// <summary>
    /// Reads changes in their order, from where the last acknowledged batch ended; does not end by itself where it
    /// follows what is to come. Where nothing came yet its first batch has no changes, and the position of its
    /// beginning. What one call opens it closes, and it may be called again after an error.
    /// </summary>
    /// <param name="feed">The position to go on from, the schema, and where it tells how it stands.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="SourceUnavailableException">It cannot be reached; it is tried again later.</exception>
    /// <exception cref="SourceException">It cannot go on.</exception>
    IAsyncEnumerable<ChangeBatch> ReadAsync(SourceFeed feed, CancellationToken cancellation);

    /// <summary>
    /// All up to a position is on the disk here, and the source need not keep it. Called in the order of the batches,
    /// while more is read; waits for nothing.
    /// </summary>
    /// <param name="position">The position behind a batch.</param>
    void Acknowledge(SourcePosition position);
}
