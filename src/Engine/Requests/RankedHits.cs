using System.Collections.Immutable;
using Linr.Kernels.Scan;
using Linr.Rankers;

namespace Linr.Engine.Requests;

/// <summary>What a ranker made of a request's candidates.</summary>
/// <param name="spec">The ranker.</param>
/// <param name="hits">Rows and values, best first.</param>
/// <param name="rows">Rows of all candidates.</param>
/// <param name="scores">Their scores: [candidates, tasks].</param>
internal sealed class RankedHits(RankerSpec spec, ReadOnlyMemory<ScanHit> hits, uint[] rows, float[] scores)
{
    private readonly Dictionary<uint, int> _candidates =
        rows.Select((row, candidate) => (row, candidate)).ToDictionary(pair => pair.row, pair => pair.candidate);

    /// <summary>Rows and values, best first.</summary>
    public ReadOnlyMemory<ScanHit> Hits => hits;

    /// <summary>How many were ranked.</summary>
    public int Count => rows.Length;

    /// <summary>The scores of a row, by task.</summary>
    public IReadOnlyDictionary<string, float> TasksOf(uint row)
    {
        int candidate = _candidates[row];
        return spec.Tasks.Select((task, place) => (task.Name, Score: scores[(candidate * spec.Tasks.Length) + place]))
            .ToImmutableDictionary(pair => pair.Name, pair => pair.Score);
    }
}
