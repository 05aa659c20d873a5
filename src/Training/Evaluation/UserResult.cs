namespace Linr.Training.Evaluation;

/// <summary>Where one user's held-out item came out.</summary>
/// <param name="Target">The item's row.</param>
/// <param name="Rank">1 when it was first of all unseen items.</param>
public readonly record struct UserResult(int Target, int Rank)
{
    /// <summary>1 when the item is among the first <paramref name="kept"/>, else 0.</summary>
    public double HitAt(int kept) => Rank <= kept ? 1 : 0;

    /// <summary>1 / log2(1 + rank) when the item is among the first <paramref name="kept"/>, else 0.</summary>
    public double DiscountedGainAt(int kept) => Rank <= kept ? 1 / Math.Log2(1 + Rank) : 0;

    /// <summary>1 / rank.</summary>
    public double ReciprocalRank => 1.0 / Rank;
}
