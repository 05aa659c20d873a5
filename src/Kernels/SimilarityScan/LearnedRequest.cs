namespace Linr.Kernels;

/// <summary>
/// What a search by a learned similarity asks for besides: mutable, as <see cref="DeviceSearchRequest"/> is.
/// </summary>
public sealed class LearnedRequest
{
    /// <summary>What scores.</summary>
    public required CudaSimilarity Similarity { get; set; }

    /// <summary>Which of the table's embeddings are the items' halves, in the similarity's order.</summary>
    public ReadOnlyMemory<int> Halves { get; set; }

    /// <summary>[query][<see cref="Similarities.LearnedSimilarity.QueryWidth"/>]: the queries' halves.</summary>
    public ReadOnlyMemory<float> Queries { get; set; }

    /// <summary>
    /// 0: every row that passes is scored. Else the rows that are: so many, or K if that is more, which are best by the
    /// request's own queries; score limits and groups are of what the similarity says.
    /// </summary>
    public int FirstStage { get; set; }

    /// <summary>Returns if it fits a table and a number of queries.</summary>
    /// <exception cref="ArgumentException">
    /// It does not; it names the part, what was expected and what was found.
    /// </exception>
    internal void Check(CudaTable table, int queryCount)
    {
        ArgumentNullException.ThrowIfNull(Similarity);
        ArgumentOutOfRangeException.ThrowIfNegative(FirstStage);
        var widths = new List<int>();
        var elements = new List<CudaElement>();
        foreach (int half in Halves.Span)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(half, nameof(Halves));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(half, table.Embeddings.Length, nameof(Halves));
            widths.Add(table.Embeddings[half].Dim);
            elements.Add(table.Embeddings[half].Element);
        }

        if (!widths.SequenceEqual(Similarity.Similarity.ItemWidths))
        {
            throw new ArgumentException(
                $"Halves: expected embeddings of {string.Join(", ", Similarity.Similarity.ItemWidths)} numbers; "
                + $"found {string.Join(", ", widths)}.");
        }

        if (CudaSimilarity.WhyNot(Similarity.Similarity, elements.ToArray()) is { } reason)
        {
            throw new ArgumentException($"Similarity: expected one that a device can score; {reason}.");
        }

        if (Queries.Length != (long)queryCount * Similarity.Similarity.QueryWidth)
        {
            throw new ArgumentException(
                $"Queries: expected {queryCount} x {Similarity.Similarity.QueryWidth} numbers; "
                + $"found {Queries.Length}.");
        }
    }
}
