using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>Where a finish gets scores from that are a learned similarity's.</summary>
/// <param name="Op">The kernels.</param>
/// <param name="Similarity">What scores.</param>
/// <param name="Table">One: the similarity over a table.</param>
/// <param name="Queries">[query][QueryWidth], as <see cref="SimilarityQueries"/> prepares them.</param>
internal sealed record LearnedScores(
    SimilarityScoresCuda Op,
    CudaSimilarity Similarity,
    DeviceSlice<CudaSimilarityTable> Table,
    DeviceSlice<float> Queries);
