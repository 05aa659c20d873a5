namespace Linr.Training.Evaluation;

/// <summary>Paired differences of two systems over the same users.</summary>
/// <param name="System">The one.</param>
/// <param name="Against">The other, which is subtracted.</param>
/// <param name="Slice">The slice's name.</param>
/// <param name="HitRate10">Difference in HR@10.</param>
/// <param name="DiscountedGain10">Difference in nDCG@10.</param>
public sealed record SystemDifference(
    string System, string Against, string Slice, Interval HitRate10, Interval DiscountedGain10);
