namespace Linr.Kernels;

/// <summary>
/// What one search on a device computes: Q queries against the rows of a table. Mutable so that one object serves
/// search after search; the memory behind it must not change while a search runs.
/// </summary>
public sealed class DeviceSearchRequest
{
    /// <summary>The table; several requests may share it.</summary>
    public required CudaTable Table { get; set; }

    /// <summary>Which of the table's embeddings the queries are compared with, if it is one.</summary>
    public int Embedding { get; set; }

    /// <summary>Empty, or the embeddings whose weighted scores are added.</summary>
    public ReadOnlyMemory<int> Embeddings { get; set; }

    /// <summary>Q x embeddings, row-major; empty: every weight is 1.</summary>
    public ReadOnlyMemory<float> Weights { get; set; }

    /// <summary>Queries of the batch, Q.</summary>
    public int QueryCount { get; set; }

    /// <summary>
    /// Embedding after embedding, [query][D] each. Finite; with the rows' norms and the weights every score stays a
    /// finite float.
    /// </summary>
    public ReadOnlyMemory<float> Queries { get; set; }

    /// <summary>
    /// Empty: every row passes. One element: the filter of all queries. Else Q elements; null passes every row.
    /// </summary>
    public ReadOnlyMemory<DeviceFilter?> Filters { get; set; }

    /// <summary>Which rows codes let through to the scores; null: all that pass their filter.</summary>
    public CodeKeep? Keep { get; set; }

    /// <summary>Hits kept a query, 1 or more; more than there are rows that pass keeps them all.</summary>
    public int K { get; set; }

    /// <summary>Empty, or Q lowest scores that a hit may have; minus infinity: any.</summary>
    public ReadOnlyMemory<float> ScoreMin { get; set; }

    /// <summary>
    /// A column of one code a row, of which at most <see cref="GroupCap"/> hits each are kept, code 0 like any other;
    /// null: no grouping.
    /// </summary>
    public int? GroupColumn { get; set; }

    /// <summary>Hits of one group, 1 or more; read only with <see cref="GroupColumn"/>.</summary>
    public int GroupCap { get; set; } = 1;

    /// <summary>
    /// What scores instead of embeddings' metrics, or after them: without a first stage <see cref="Queries"/>,
    /// embeddings and weights are not read; null: nothing.
    /// </summary>
    public LearnedRequest? Learned { get; set; }

    /// <summary>Whether the stages are timed.</summary>
    public bool IsTimed { get; set; }

    /// <summary>Embeddings of a weighted sum; 0 where scores are one embedding's own.</summary>
    internal int TermCount => !IsLearnedScan && (Embeddings.Length > 1 || !Weights.IsEmpty)
        ? Math.Max(1, Embeddings.Length)
        : 0;

    /// <summary>Whether a learned similarity scores every row that passes.</summary>
    internal bool IsLearnedScan => Learned is { FirstStage: 0 };

    /// <summary>Whether a learned similarity scores what a first stage finds.</summary>
    internal bool HasFirstStage => Learned is { FirstStage: > 0 };

    /// <summary>Hits of the scan: of the first stage, if there is one.</summary>
    internal int ScanK => HasFirstStage ? Math.Max(K, Learned!.FirstStage) : K;

    /// <summary>Whether a group may have too many hits.</summary>
    internal bool HasGroups => GroupColumn is not null && GroupCap < Math.Min((uint)K, Table.RowCount);

    /// <summary>The n-th embedding.</summary>
    internal CudaEmbedding EmbeddingAt(int n) => Table.Embeddings[
        IsLearnedScan ? Learned!.Halves.Span[0] : Embeddings.IsEmpty ? Embedding : Embeddings.Span[n]];

    /// <summary>The filter of a query.</summary>
    internal DeviceFilter? FilterOf(int query)
        => Filters.IsEmpty ? null : Filters.Span[Filters.Length == 1 ? 0 : query];

    /// <summary>Returns if the parts fit each other.</summary>
    /// <exception cref="ArgumentException">
    /// They do not; it names the part, what was expected and what was found.
    /// </exception>
    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Table);
        ArgumentOutOfRangeException.ThrowIfNegative(QueryCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(K);
        Learned?.Check(Table, QueryCount);
        if (!IsLearnedScan)
        {
            CheckEmbeddings();
        }

        if (GroupColumn is int column)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(column, nameof(GroupColumn));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, Table.Columns.Length, nameof(GroupColumn));
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(GroupCap);
        }

        Keep?.Check(Table, QueryCount);
        if (!ScoreMin.IsEmpty)
        {
            CheckLength(nameof(ScoreMin), ScoreMin.Length, QueryCount);
        }

        if (Filters.Length > 1)
        {
            CheckLength(nameof(Filters), Filters.Length, QueryCount);
        }

        foreach (float score in ScoreMin.Span)
        {
            if (float.IsNaN(score))
            {
                throw new ArgumentException("Expected numbers, found NaN.", nameof(ScoreMin));
            }
        }
    }

    private void CheckEmbeddings()
    {
        int embeddingCount = Math.Max(1, Embeddings.Length);
        long dims = 0;
        for (int n = 0; n < embeddingCount; n++)
        {
            int embedding = Embeddings.IsEmpty ? Embedding : Embeddings.Span[n];
            ArgumentOutOfRangeException.ThrowIfNegative(embedding);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(embedding, Table.Embeddings.Length);
            dims += Table.Embeddings[embedding].Dim;
        }

        CheckLength(nameof(Queries), Queries.Length, QueryCount * dims);
        if (!Weights.IsEmpty)
        {
            CheckLength(nameof(Weights), Weights.Length, (long)QueryCount * embeddingCount);
        }
    }

    private static void CheckLength(string name, long found, long expected)
    {
        if (found != expected)
        {
            throw new ArgumentException($"Expected {expected} elements, found {found}.", name);
        }
    }
}
