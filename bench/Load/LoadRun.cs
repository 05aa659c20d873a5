using System.Collections.Concurrent;
using System.Diagnostics;

namespace Linr.Bench.Load;

/// <summary>What happened while clients searched.</summary>
internal sealed class LoadRun
{
    /// <summary>The time of each search that was answered.</summary>
    public ConcurrentBag<long> Ticks { get; } = [];

    /// <summary>The time of each part of each search.</summary>
    public ConcurrentDictionary<string, ConcurrentBag<long>> Parts { get; } = new();

    /// <summary>Searches that failed, by why.</summary>
    public ConcurrentDictionary<string, int> Errors { get; } = new();

    /// <summary>From the first search until the last answer.</summary>
    public TimeSpan Elapsed { get; set; }

    public double AnsweredPerSecond => Ticks.Count / Elapsed.TotalSeconds;

    /// <summary>Adds a search: all of it, and its parts.</summary>
    /// <param name="answer">Its answer.</param>
    /// <param name="due">When it was due.</param>
    /// <param name="sent">When a client was free to send it.</param>
    /// <param name="ended">When its answer was there.</param>
    public void Add(Client.SearchResponse answer, long due, long sent, long ended)
    {
        Ticks.Add(ended - due);
        AddPart("client", sent - due);
        long inEngine = 0;
        foreach (Client.Stage stage in answer.Stages)
        {
            long ticks = (long)(stage.Microseconds * Stopwatch.Frequency / 1e6);
            inEngine += ticks;
            AddPart(stage.Name, ticks);
        }

        AddPart("way", ended - sent - inEngine);
    }

    private void AddPart(string name, long ticks) => Parts.GetOrAdd(name, _ => []).Add(ticks);
}
