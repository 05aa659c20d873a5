namespace Linr.Kernels;

/// <summary>What <see cref="CodeSelectCuda"/> keeps, the plain way.</summary>
public static class CodeSelect
{
    /// <summary>How many rows are kept.</summary>
    /// <param name="share">The share of those that pass, rounded up.</param>
    /// <param name="wanted">So many instead, unless 0.</param>
    /// <param name="least">As many at least.</param>
    /// <param name="passed">How many pass: no more are kept.</param>
    public static long Wanted(double share, long wanted, long least, long passed)
        => Math.Min(passed, Math.Max(wanted > 0 ? wanted : (long)Math.Ceiling(share * passed), least));

    /// <summary>The rows that are kept, best first.</summary>
    /// <param name="scores">[row].</param>
    /// <param name="passes">Whether a row passes.</param>
    /// <param name="orderOf">A row's number in the order of rows of equal score.</param>
    /// <param name="wanted">How many are kept.</param>
    internal static int[] KeepReference(
        ReadOnlySpan<float> scores, Func<int, bool> passes, Func<int, long> orderOf, long wanted)
    {
        float[] all = scores.ToArray();
        return
        [
            .. Enumerable.Range(0, all.Length).Where(passes)
                .OrderByDescending(row => all[row]).ThenBy(orderOf).Take((int)wanted),
        ];
    }
}
