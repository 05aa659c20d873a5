using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <content>What the finish means.</content>
public static partial class TopK
{
    /// <summary>The answer for one query, by a sort of all survivors. Slow; allocates.</summary>
    /// <param name="words">The survivors; as many as were counted, unless the list was too short.</param>
    /// <param name="count">How many were counted.</param>
    /// <param name="cut">No row below it is a hit.</param>
    /// <param name="k">Hits wanted.</param>
    /// <param name="score">The canonical score of a row.</param>
    /// <param name="key">The item key of a row.</param>
    /// <param name="group">The group of a row, of which at most <paramref name="cap"/> are hits; null: no cap.</param>
    /// <param name="cap">Hits of a group.</param>
    /// <returns>The hits; equal scores with equal keys by row.</returns>
    internal static (ScanHit[] Hits, TopKStatus Status) Reference(
        ReadOnlySpan<ulong> words,
        uint count,
        float cut,
        int k,
        Func<uint, float> score,
        Func<uint, long> key,
        Func<uint, uint>? group = null,
        int cap = int.MaxValue)
    {
        if (count > words.Length)
        {
            return ([], TopKStatus.Overflow);
        }

        ScanHit[] sorted =
        [
            .. words[..(int)count].ToArray()
                .Select(word => new ScanHit(ScoredRow.Row(word), score(ScoredRow.Row(word))))
                .Where(hit => hit.Score >= cut)
                .OrderByDescending(hit => hit.Score)
                .ThenBy(hit => key(hit.Row))
                .ThenBy(hit => hit.Row),
        ];
        if (group is not null)
        {
            ILookup<uint, uint> rows = sorted.ToLookup(hit => group(hit.Row), hit => hit.Row);
            HashSet<uint> taken = [.. rows.SelectMany(own => own.Take(cap))];
            sorted = [.. sorted.Where(hit => taken.Contains(hit.Row))];
        }

        bool ties = sorted.Length > k && sorted[k - 1].Score == sorted[k].Score
            && key(sorted[k - 1].Row) == key(sorted[k].Row);
        return (sorted[..Math.Min(k, sorted.Length)], ties ? TopKStatus.Ties : TopKStatus.Ok);
    }

    /// <summary>
    /// What a sample allows to cut at: its <paramref name="k"/>-th best score minus <paramref name="error"/>, rounded
    /// down; minus infinity where fewer are above minus infinity.
    /// </summary>
    internal static float SampleCutReference(ReadOnlySpan<float> scores, int k, float error)
    {
        float[] sorted = scores.ToArray();
        Array.Sort(sorted);
        if (k > sorted.Length || float.IsNegativeInfinity(sorted[^k]))
        {
            return float.NegativeInfinity;
        }

        double exact = (double)sorted[^k] - error;
        return exact < (float)exact ? MathF.BitDecrement((float)exact) : (float)exact;
    }
}
