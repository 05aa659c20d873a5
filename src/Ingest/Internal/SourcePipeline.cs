using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Linr.Ingest.Internal;

/// <summary>
/// One source on its way into the sink: three stages that run beside each other, with a bounded queue between two:
/// read, make, await the disk and acknowledge. Once something fails, what came before it still goes its way.
/// </summary>
internal sealed class SourcePipeline
{
    private readonly IChangeSource _source;
    private readonly IChangeSink _sink;
    private readonly IngestorOptions _options;
    private readonly SourceFeed _feed;
    private readonly SourceCounts _counts;
    private readonly BatchMaker _maker;
    private volatile string? _error;
    private SourcePosition? _durable;

    public SourcePipeline(
        IChangeSource source, IChangeSink sink, IngestorOptions options, DeadLetterFile? deadLetters)
    {
        (_source, _sink, _options) = (source, sink, options);
        _durable = sink.PositionOf(source.Name);
        _feed = new SourceFeed(sink.Schema, _durable, options.Time);
        _counts = new SourceCounts(_durable?.CommittedAt);
        _maker = new BatchMaker(source.Name, sink, _counts, deadLetters);
    }

    /// <summary>How the source stands.</summary>
    public SourceStatus Status
    {
        get
        {
            var status = new SourceStatus
            {
                Name = _source.Name,
                State = SourceState.Starting,
                Error = _error,
                Position = Volatile.Read(ref _durable),
            };
            return _counts.AddTo(_feed.AddTo(status), _options.Time.GetUtcNow());
        }
    }

    /// <summary>Reads the source until it ends, cannot go on or is cancelled; never throws.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var delay = new RetryDelay(_options);
        while (true)
        {
            long acknowledged = _counts.Acknowledged;
            try
            {
                await RunOnceAsync(cancellation).ConfigureAwait(false);
                break;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                break;
            }
            catch (SourceUnavailableException error)
            {
                _error = error.Message;
                _feed.State = SourceState.Waiting;
            }
#pragma warning disable CA1031 // The top of a background loop: whatever it is ends this source, and is said.
            catch (Exception error)
#pragma warning restore CA1031
            {
                _error = error is SourceException or ItemException
                    ? error.Message : $"{error.GetType().Name}: {error.Message}";
                break;
            }

            if (_counts.Acknowledged > acknowledged)
            {
                delay.Reset();
            }

            if (!await delay.WaitAsync(cancellation).ConfigureAwait(false))
            {
                break;
            }

            _counts.AddReconnect();
            _feed.Position = _sink.PositionOf(_source.Name);
            _feed.State = SourceState.Starting;
        }

        _feed.State = SourceState.Stopped;
    }

    private async Task RunOnceAsync(CancellationToken cancellation)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var bounded = new BoundedChannelOptions(_options.QueuedBatchesMax) { SingleReader = true, SingleWriter = true };
        var read = Channel.CreateBounded<ChangeBatch>(bounded);
        var made = Channel.CreateBounded<MadeBatch>(bounded);
        Task[] stages =
        [
            ReadAsync(read.Writer, reading.Token),
            MakeAsync(read.Reader, made.Writer, reading),
            AcknowledgeAsync(made.Reader, reading),
        ];
        try
        {
            await Task.WhenAll(stages).ConfigureAwait(false);
        }
        catch
        {
            // What failed says more than the cancellation that followed, and a later stage's failure more than the
            // source's.
            Exception[] errors = [.. stages.SelectMany(stage => stage.Exception?.InnerExceptions ?? [])];
            if (errors.Length > 0)
            {
                ExceptionDispatchInfo.Throw(errors[^1]);
            }

            throw;
        }
        finally
        {
            _counts.ClearQueue();
        }
    }

    private async Task ReadAsync(ChannelWriter<ChangeBatch> read, CancellationToken cancellation)
    {
        try
        {
            await foreach (ChangeBatch batch in _source.ReadAsync(_feed, cancellation).ConfigureAwait(false))
            {
                _error = null;
                _counts.AddQueued(batch.Changes.Count);
                await read.WriteAsync(batch, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            read.Complete();
        }
    }

    private async Task MakeAsync(
        ChannelReader<ChangeBatch> read, ChannelWriter<MadeBatch> made, CancellationTokenSource reading)
    {
        try
        {
            _maker.Begin(_sink.PositionOf(_source.Name));
            var group = new List<ChangeBatch>();
            while (await read.WaitToReadAsync().ConfigureAwait(false))
            {
                Gather(read, group);
                if (_maker.Make(group) is { } one)
                {
                    await made.WriteAsync(one).ConfigureAwait(false);
                }
            }
        }
        catch
        {
            await reading.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            made.Complete();
        }
    }

    /// <summary>
    /// Takes the batches that wait, up to so many changes; one with more to it than changes goes alone.
    /// </summary>
    private void Gather(ChannelReader<ChangeBatch> read, List<ChangeBatch> group)
    {
        group.Clear();
        int changes = 0;
        long bytes = 0;
        while (read.TryPeek(out ChangeBatch? next))
        {
            bool isPlain = next.Sweep is null && next.Poison.Count == 0;
            changes += next.Changes.Count;
            bytes += next.Bytes;
            bool isTooMuch = changes > _options.GroupChangesMax || bytes > _options.GroupBytesMax;
            if (group.Count > 0 && (!isPlain || isTooMuch))
            {
                return;
            }

            _ = read.TryRead(out _);
            group.Add(next);
            if (!isPlain)
            {
                return;
            }
        }
    }

    private async Task AcknowledgeAsync(ChannelReader<MadeBatch> made, CancellationTokenSource reading)
    {
        try
        {
            await foreach (MadeBatch batch in made.ReadAllAsync().ConfigureAwait(false))
            {
                await batch.Durable.ConfigureAwait(false);
                Volatile.Write(ref _durable, batch.Position);
                _counts.AddAcknowledged();
                _source.Acknowledge(batch.Position);
            }
        }
        catch
        {
            await reading.CancelAsync().ConfigureAwait(false);

            // Who makes changes must not wait for room in a queue that nobody empties.
            await foreach (MadeBatch _ in made.ReadAllAsync().ConfigureAwait(false))
            {
            }

            throw;
        }
    }
}
