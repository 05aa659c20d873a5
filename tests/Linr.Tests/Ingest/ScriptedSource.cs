using System.Runtime.CompilerServices;
using System.Text.Json;
using Linr.Ingest;

namespace Linr.Tests.Ingest;

/// <summary>A source of batches that a test has written; its position is the number of the next one.</summary>
/// <param name="name">Its name.</param>
/// <param name="script">What it gives at a number; an error that it throws there; it ends where that is null.</param>
internal sealed class ScriptedSource(string name, Func<int, object?> script) : IChangeSource
{
    private int _given;

    public string Name => name;

    /// <summary>Batches that were asked for.</summary>
    public int Given => Volatile.Read(ref _given);

    public List<string> Acknowledged { get; } = [];

    /// <summary>Batches of a list, and the end.</summary>
    public static ScriptedSource Of(string name, params ChangeBatch[] batches)
        => new(name, number => number < batches.Length ? batches[number] : null);

    /// <summary>A batch whose position the source fills in.</summary>
    public static ChangeBatch Batch(params ItemChange[] changes)
        => new() { Changes = changes, Position = new SourcePosition("-", "-") };

    public async IAsyncEnumerable<ChangeBatch> ReadAsync(
        SourceFeed feed, [EnumeratorCancellation] CancellationToken cancellation)
    {
        int number = feed.Position is { } known ? int.Parse(known.Position) : 0;
        yield return new ChangeBatch { Position = At(number) };
        feed.State = SourceState.Streaming;
        for (; ; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
            object? next = script(number);
            if (next is Exception error)
            {
                throw error;
            }

            if (next is not ChangeBatch batch)
            {
                yield break;
            }

            Interlocked.Increment(ref _given);
            yield return batch with { Position = At(number + 1, batch.Position.CommittedAt) };
        }
    }

    public void Acknowledge(SourcePosition position)
    {
        lock (Acknowledged)
        {
            Acknowledged.Add(position.Position);
        }
    }

    private SourcePosition At(int number, DateTimeOffset? time = null)
        => new(name, JsonSerializer.Serialize(number), time);
}
