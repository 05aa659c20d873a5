namespace Linr.Kernels.Scan;

/// <summary>How a query and a row give a score. Higher is always better.</summary>
public enum ScanMetric
{
    /// <summary>The dot product.</summary>
    Dot,

    /// <summary>The dot product divided by both norms; 0 when either vector is zero.</summary>
    Cosine,

    /// <summary>Minus the squared euclidean distance.</summary>
    Euclidean,
}
