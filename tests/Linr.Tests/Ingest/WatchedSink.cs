using Linr.Engine;
using Linr.Index.Live;
using Linr.Ingest;

namespace Linr.Tests.Ingest;

/// <summary>A retriever's sink that tests wait on, and can hold before the disk.</summary>
internal sealed class WatchedSink(Retriever retriever) : IChangeSink
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    private readonly RetrieverSink _sink = new(retriever);
    private readonly Lock _lock = new();
    private TaskCompletionSource _applied = NewSource();

    public Schema Schema => _sink.Schema;

    /// <summary>The sizes of the groups of changes that were made.</summary>
    public List<int> Groups { get; } = [];

    /// <summary>What the disk has to wait for.</summary>
    public Task Disk { get; set; } = Task.CompletedTask;

    public SourcePosition? PositionOf(string source) => _sink.PositionOf(source);

    public IEnumerable<ItemId> Ids() => _sink.Ids();

    public Task<ChangeResult> ApplyAsync(IReadOnlyList<ItemChange> changes, SourcePosition position)
    {
        Task<ChangeResult> made = _sink.ApplyAsync(changes, position);
        lock (_lock)
        {
            Groups.Add(changes.Count);
            _applied.TrySetResult();
            _applied = NewSource();
        }

        return made.IsFaulted ? made : AfterDisk(made);
    }

    /// <summary>Ends when something holds; it is looked at each time that changes were made.</summary>
    public async Task WhenAsync(Func<bool> holds, Task? run = null)
    {
        while (true)
        {
            Task applied;
            lock (_lock)
            {
                applied = _applied.Task;
            }

            if (holds())
            {
                return;
            }

            Task first = await Task.WhenAny(applied, run ?? applied).WaitAsync(s_timeout);
            Assert.True(first == applied || holds(), "The ingestor ended before.");
        }
    }

    private async Task<ChangeResult> AfterDisk(Task<ChangeResult> made)
    {
        ChangeResult result = await made;
        await Disk;
        return result;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
