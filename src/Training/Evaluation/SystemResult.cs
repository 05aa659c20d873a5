namespace Linr.Training.Evaluation;

/// <summary>One system on one slice of the users.</summary>
/// <param name="System">Its name.</param>
/// <param name="Slice">The slice's name.</param>
/// <param name="Users">Users of the slice.</param>
/// <param name="HitRate10">Share of users whose item was among the first 10.</param>
/// <param name="HitRate50">Share of users whose item was among the first 50.</param>
/// <param name="HitRate200">Share of users whose item was among the first 200.</param>
/// <param name="HitRate400">Share of users whose item was among the first 400.</param>
/// <param name="DiscountedGain10">nDCG@10.</param>
/// <param name="ReciprocalRank">MRR over the full ranking.</param>
/// <param name="Coverage">
/// Share of all items that stood among the first 10 of any user; of all users, whatever the slice.
/// </param>
public sealed record SystemResult(
    string System,
    string Slice,
    int Users,
    Interval HitRate10,
    Interval HitRate50,
    Interval HitRate200,
    Interval HitRate400,
    Interval DiscountedGain10,
    Interval ReciprocalRank,
    double Coverage);
