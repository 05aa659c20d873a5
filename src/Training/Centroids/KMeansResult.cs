namespace Linr.Training.Centroids;

/// <summary>Centroids and what each pass left.</summary>
/// <param name="Centroids">Of norm 1, centroid c at c * dim.</param>
/// <param name="Inertia">Sum of 1 - cosine of each row and its closest centroid, before each pass and at the end; with
/// mini-batches at the end alone.</param>
public sealed record KMeansResult(float[] Centroids, IReadOnlyList<double> Inertia);
