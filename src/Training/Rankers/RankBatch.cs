using Linr.Training.Data;
using Linr.Training.Torch;

namespace Linr.Training.Rankers;

/// <summary>
/// Queries with so many candidates each, and the items that they and the histories name, each once. Reused step after
/// step.
/// </summary>
internal sealed class RankBatch(int itemCount, int places)
{
    private readonly RowNumbering _numbering = new(itemCount);

    /// <summary>Rows of the items.</summary>
    public IReadOnlyList<int> Rows => _numbering.Rows;

    /// <summary>Queries.</summary>
    public int QueryCount { get; private set; }

    /// <summary>Candidates a query.</summary>
    public int Width { get; private set; }

    /// <summary>The number of each candidate among the items: [queries, width].</summary>
    public long[] Candidates { get; private set; } = [];

    /// <summary>Histories cut to the places, padded: [queries, places].</summary>
    public int[] Histories { get; private set; } = [];

    /// <summary>The number of each item of the histories, one after the other.</summary>
    public long[] HistoryNumbers { get; private set; } = [];

    /// <summary>Places of a history.</summary>
    public int Places => places;

    /// <summary>Fills the batch.</summary>
    /// <param name="candidates">Rows, [queries, width].</param>
    /// <param name="width">Candidates a query.</param>
    /// <param name="histories">Rows, the latest first, padded; equally many a query.</param>
    public void Fill(ReadOnlySpan<int> candidates, int width, ReadOnlySpan<int> histories)
    {
        _numbering.Clear();
        Width = width;
        QueryCount = candidates.Length / width;
        Candidates = new long[candidates.Length];
        for (int candidate = 0; candidate < candidates.Length; candidate++)
        {
            Candidates[candidate] = _numbering.Add(candidates[candidate]);
        }

        Histories = new int[QueryCount * places];
        Histories.AsSpan().Fill(HistoryRows.None);
        int length = histories.Length / Math.Max(1, QueryCount);
        var numbers = new List<long>();
        for (int query = 0; query < QueryCount; query++)
        {
            for (int place = 0; place < Math.Min(length, places); place++)
            {
                int row = histories[(query * length) + place];
                Histories[(query * places) + place] = row;
                if (row >= 0)
                {
                    numbers.Add(_numbering.Add(row));
                }
            }
        }

        HistoryNumbers = [.. numbers];
    }
}
