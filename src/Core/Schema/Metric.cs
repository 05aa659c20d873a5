namespace Linr;

/// <summary>How a query embedding and an item embedding give a score. Higher is always better.</summary>
public enum Metric
{
    /// <summary>The dot product.</summary>
    Dot,

    /// <summary>The dot product of the two normalised to length 1; 0 when either is the zero vector.</summary>
    Cosine,

    /// <summary>Minus the squared euclidean distance.</summary>
    Euclidean,
}
