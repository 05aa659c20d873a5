using Linr.Kernels.Similarities;

namespace Linr.Engine.Scan;

/// <summary>What a search by a learned similarity asks a backend for, besides its scan.</summary>
/// <param name="Similarity">What scores.</param>
/// <param name="Halves">The numbers in the schema of the embeddings that hold items' halves.</param>
/// <param name="Queries">[query][QueryWidth]: the queries' halves.</param>
/// <param name="FirstStage">So many rows of the scan's own score get a logit; 0: every row that passes.</param>
internal sealed record LearnedSearch(
    LearnedSimilarity Similarity, int[] Halves, ReadOnlyMemory<float> Queries, int FirstStage);
