using Linr.Ingest.Internal;

namespace Linr.Ingest;

/// <summary>
/// Makes the changes of sources, each in its order and all of them beside each other: read, queued, made many at once,
/// on the disk, acknowledged. A source's position is kept with the changes that it stands for, so that each has its
/// effect once, whatever happens between.
/// </summary>
public sealed class Ingestor : IDisposable
{
    private readonly SourcePipeline[] _pipelines;
    private readonly DeadLetterFile? _deadLetters;
    private readonly IngestMetrics _metrics;
    private int _runs;

    /// <summary>An ingestor that does not run yet.</summary>
    /// <param name="sink">Where changes go.</param>
    /// <param name="sources">What is read; the caller disposes what is to be disposed.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentException">Two sources have one name, or dead letters have no file.</exception>
    /// <exception cref="IOException">The file of the dead letters cannot be opened.</exception>
    public Ingestor(IChangeSink sink, IReadOnlyList<IChangeSource> sources, IngestorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(sources);
        IngestorOptions stated = options ?? new IngestorOptions();
        Check(stated);
        if (sources.GroupBy(source => source.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException(
                $"Expected sources of different names; found {twice.Count()} named \"{twice.Key}\".", nameof(sources));
        }

        if (stated.Poison == PoisonPolicy.DeadLetter)
        {
            _deadLetters = new DeadLetterFile(stated.DeadLetterPath!, stated.Time);
        }

        _pipelines = [.. sources.Select(source => new SourcePipeline(source, sink, stated, _deadLetters))];
        _metrics = new IngestMetrics(() => Sources);
    }

    /// <summary>How the sources stand, in the order in which they were given.</summary>
    public IReadOnlyList<SourceStatus> Sources => [.. _pipelines.Select(pipeline => pipeline.Status)];

    /// <summary>
    /// Reads all sources until each has ended or cannot go on; <see cref="Sources"/> says why. One that stops does not
    /// stop the others.
    /// </summary>
    /// <param name="cancellation">Ends it, once what was read has been made.</param>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public Task RunAsync(CancellationToken cancellation = default)
        => Interlocked.Exchange(ref _runs, 1) == 0
            ? Task.WhenAll(_pipelines.Select(
                pipeline => Task.Run(() => pipeline.RunAsync(cancellation), CancellationToken.None)))
            : throw new InvalidOperationException("Expected an ingestor that has not run; this one runs once.");

    /// <summary>Closes its own files, once it has ended.</summary>
    public void Dispose()
    {
        _metrics.Dispose();
        _deadLetters?.Dispose();
    }

    private static void Check(IngestorOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.GroupChangesMax);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.GroupBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.GroupBytesMax, Limits.LogUnitBytesMax / 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.QueuedBatchesMax);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.RetryDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RetryDelayMax, options.RetryDelay);
        if (options.Poison == PoisonPolicy.DeadLetter && string.IsNullOrEmpty(options.DeadLetterPath))
        {
            throw new ArgumentException(
                "DeadLetterPath: expected a file, as Poison is DeadLetter; found none.", nameof(options));
        }
    }
}
