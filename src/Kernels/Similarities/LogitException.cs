using System.Globalization;

namespace Linr.Kernels.Similarities;

/// <summary>A <see cref="RowSimilarity"/> gave a logit that is not finite.</summary>
/// <param name="row">The row that it scored.</param>
/// <param name="logit">What it gave.</param>
public sealed class LogitException(uint row, float logit)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"Expected a finite logit; found {logit} for row {row}."))
{
    /// <summary>The row that was scored.</summary>
    public uint Row { get; } = row;

    /// <summary>What it got.</summary>
    public float Logit { get; } = logit;
}
