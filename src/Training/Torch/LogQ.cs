namespace Linr.Training.Torch;

/// <summary>
/// The log-Q correction (Bengio and Senécal 2008; Yi et al. 2019): a candidate that is drawn more often weighs less, so
/// that the softmax over the drawn items estimates the one over all. The candidates of a step are one set, so Q is the
/// probability that an item is in it: 1 - (1 - p)^B (1 - 1/N)^U for B targets drawn with p and U even draws of N.
/// </summary>
internal static class LogQ
{
    /// <summary>log Q of an item; 0 when every item is a candidate.</summary>
    /// <param name="share">The item's share of the targets.</param>
    /// <param name="batchSize">Targets a step.</param>
    /// <param name="uniformDraws">Even draws a step.</param>
    /// <param name="itemCount">Items in all.</param>
    public static double Of(double share, int batchSize, int uniformDraws, int itemCount)
    {
        if (uniformDraws >= itemCount)
        {
            return 0;
        }

        double logAbsent = (batchSize * Log1P(-share)) + (uniformDraws * Log1P(-1.0 / itemCount));
        return Math.Log(-Math.Max(ExpM1(logAbsent), -1));
    }

    /// <summary>
    /// What an uncorrected in-batch softmax subtracts where each of the batch's targets is a candidate once: log of Q
    /// over the item's share. What is learned is then how much likelier than elsewhere an item is, not how likely.
    /// </summary>
    /// <param name="share">The item's share of the targets, above 0.</param>
    /// <param name="batchSize">Targets a step.</param>
    public static double OfInBatch(double share, int batchSize)
        => Of(share, batchSize, uniformDraws: 0, itemCount: int.MaxValue) - Math.Log(share);

    // Both near 0 lose all digits by the direct formula.
    private static double Log1P(double x) => Math.Abs(x) < 1e-5 ? x - (x * x / 2) : Math.Log(1 + x);

    private static double ExpM1(double x) => Math.Abs(x) < 1e-5 ? x + (x * x / 2) : Math.Exp(x) - 1;
}
