namespace Linr.Training.Centroids;

/// <summary>How centroids are found.</summary>
public sealed record KMeansOptions
{
    /// <summary>How many; as many as there are rows at most.</summary>
    public int Count { get; init; } = 100;

    /// <summary>Passes at most; with mini-batches, batches at most.</summary>
    public int Passes { get; init; } = 50;

    /// <summary>Rows of a mini-batch; 0: each pass reads all rows.</summary>
    public int BatchRows { get; init; }

    /// <summary>Passes stop once the inertia falls by less than this share of it; not read with mini-batches.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Draws the first centroids and the batches.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Refuses options that are wrong.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Passes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(BatchRows);
        ArgumentOutOfRangeException.ThrowIfNegative(Tolerance);
    }
}
