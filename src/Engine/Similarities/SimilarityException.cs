namespace Linr.Engine.Similarities;

/// <summary>A <see cref="CustomSimilarity"/> failed, or gave a score that is not finite.</summary>
public sealed class SimilarityException : Exception
{
    /// <summary>A failure of a similarity.</summary>
    /// <param name="similarity">Its name.</param>
    /// <param name="problem">What it did.</param>
    /// <param name="inner">What it threw, or null.</param>
    public SimilarityException(string similarity, string problem, Exception? inner = null)
        : base($"Similarity \"{similarity}\": {problem}", inner) => Similarity = similarity;

    /// <summary>The name of the similarity.</summary>
    public string Similarity { get; }
}
