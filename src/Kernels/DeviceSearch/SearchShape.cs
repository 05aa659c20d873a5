using System.Numerics;
using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>What a pass may take.</summary>
/// <param name="ScratchBytes">Of survivors, masks and scratch, if one query allows it.</param>
/// <param name="Survivors">Survivors of a query, if hits allow it.</param>
/// <param name="PartRows">Rows of a part of the sample.</param>
/// <param name="SampleTiles">Tiles of the usual sample for cuts by estimate.</param>
/// <param name="DirectRows">Rows of a filter that are not worth a scan.</param>
internal readonly record struct SearchLimits(
    long ScratchBytes, long Survivors, int PartRows, int SampleTiles, int DirectRows);

/// <summary>
/// What decides where the arrays of a batch lie and what a captured search has in it. Sizes are rounded up, so that a
/// few of these serve all batches, and a table may grow for a while.
/// </summary>
/// <param name="Element">What rows of the first embedding are made of.</param>
/// <param name="Dim">Elements of a query, of all embeddings together.</param>
/// <param name="QueryBytes">Bytes of a packed query.</param>
/// <param name="Terms">Embeddings of a weighted sum; 0 where scores are one embedding's own.</param>
/// <param name="Queries">Room for so many, a power of two.</param>
/// <param name="QueriesPerLaunch">Queries of one launch of the scan.</param>
/// <param name="Hits">Room for so many a query.</param>
/// <param name="Survivors">Room for so many a query.</param>
/// <param name="SampleRows">Rows that are scored for the first cut, at most.</param>
/// <param name="SampleUsual">So many where all rows pass.</param>
/// <param name="SampleParts">Parts of the sample, of which each gives a cut.</param>
/// <param name="SampleTiles">Tiles that are drawn for first cuts by estimate; 0 where cuts are none.</param>
/// <param name="DirectRows">So few rows that pass a filter survive without a scan.</param>
/// <param name="Plans">Room for so many filters; 0 where every row passes.</param>
/// <param name="Rows">Room for so many.</param>
/// <param name="Columns">Columns of the table.</param>
/// <param name="OrderAddress">Where the numbers are that settle equal scores.</param>
/// <param name="HasGroups">Whether groups have a cap.</param>
internal readonly record struct SearchShape(
    CudaElement Element,
    int Dim,
    int QueryBytes,
    int Terms,
    int Queries,
    int QueriesPerLaunch,
    int Hits,
    int Survivors,
    int SampleRows,
    int SampleUsual,
    int SampleParts,
    int SampleTiles,
    int DirectRows,
    int Plans,
    long Rows,
    int Columns,
    ulong OrderAddress,
    bool HasGroups)
{
    private const int HitsMin = 16;
    private const int RowsMin = 1024;
    private const int SampleMin = 128;
    private const int SampleMax = 1 << 20;
    private const int CodeRowsPerSample = 1_024;
    private const int SmallSampleMax = 1 << 18;
    private const int Int8RowsPerSample = 128;
    private const int FilteredSample = 8;
    private const int SurvivorsUsual = 32_768;

    /// <summary>Whether scores need the rows' norms.</summary>
    public bool HasNorms { get; init; }

    /// <summary>Bytes of a packed query for the codes that choose which rows get scores; 0: none do.</summary>
    public int CodeQueryBytes { get; init; }

    /// <summary>Bytes of a code of those.</summary>
    public int CodeRowBytes { get; init; }

    /// <summary>What scores instead of a metric, or after it; null: nothing.</summary>
    public CudaSimilarity? Learned { get; init; }

    /// <summary>Bytes of an item's vectors, of a scan by a learned similarity.</summary>
    public int LearnedRowBytes { get; init; }

    /// <summary>Room for so many hits that a similarity orders after a first stage; 0: there is none.</summary>
    public int Answers { get; init; }

    /// <summary>Whether groups have a cap after a first stage.</summary>
    public bool HasAnswerGroups { get; init; }

    /// <summary>Whether a learned similarity scores every row that passes.</summary>
    public bool IsLearnedScan => Learned is not null && Answers == 0;

    /// <summary>Whether codes choose.</summary>
    public bool Keeps => CodeQueryBytes > 0;

    /// <summary>Whether some rows may get no scores.</summary>
    public bool IsFiltered => Plans > 0 || Keeps;

    /// <summary>Embeddings.</summary>
    public int EmbeddingCount => Math.Max(1, Terms);

    /// <summary>Hits that a part of the sample has to have above its cut.</summary>
    public int PartHits => (Hits + SampleParts - 1) / SampleParts;

    /// <summary>Launches of the scan a batch.</summary>
    public int Launches => (Queries + QueriesPerLaunch - 1) / QueriesPerLaunch;

    /// <summary>Slots of a query for the best rows of groups.</summary>
    public int GroupSlots => HasGroups ? FusedScan.GroupSlots(Hits) : 0;

    /// <summary>Words of a mask: of whole tiles of rows.</summary>
    public long MaskWords => FusedScan.MaskWords(Rows);

    /// <summary>
    /// The longest list of rows: past two fifths of the rows a scan of all in order is faster; and as many as survive.
    /// </summary>
    public long ListRows => Math.Max(ListRowsMax(Rows), Survivors);

    /// <summary>The most rows that are listed because they pass.</summary>
    public static long ListRowsMax(long rowCount) => rowCount * 2 / 5;

    /// <summary>The shape for some of a request's queries.</summary>
    /// <param name="request">The request, of a table with rows.</param>
    /// <param name="ops">Say how many queries a launch takes.</param>
    /// <param name="limits">What lists, masks and scratch of a batch may take.</param>
    /// <param name="queryCount">How many queries are left.</param>
    /// <exception cref="ArgumentException">The embeddings are too many or too wide together.</exception>
    public static SearchShape Of(
        DeviceSearchRequest request, SearchOps ops, SearchLimits limits, int queryCount)
    {
        CudaTable table = request.Table;
        bool keeps = request.Keep is not null;
        bool hasGroups = request.HasGroups && !request.HasFirstStage;
        bool isFiltered = !request.Filters.IsEmpty || !table.Live.IsEmpty || keeps;
        long rows = RoundUp(table.RowCount, RowsMin);
        long hits = RoundUp(Math.Min((uint)request.ScanK, table.RowCount), HitsMin);
        CudaElement element = request.EmbeddingAt(0).Element;
        bool isOfCodes = element == CudaElement.SignCode;
        bool isSmall = isOfCodes || element == CudaElement.Int8;
        int survivors = (int)Math.Min(
            rows, Math.Min(SurvivorsFor(hits, isSmall), Math.Max(2 * hits, limits.Survivors)));
        long least = limits.PartRows;
        if (isSmall)
        {
            // Such rows are so small that a first round of all warps would fill the lists before the first cut could
            // rise; and whole numbers have no cuts by estimate.
            long each = isOfCodes ? CodeRowsPerSample : Int8RowsPerSample;
            least = Math.Max(least, Math.Min(rows / each, SmallSampleMax));
        }

        uint usual = (uint)Math.Clamp(8 * hits, least, SampleMax);
        long sample = Math.Min(isFiltered ? FilteredSample * usual : usual, Math.Min(SampleMax, rows / 4));
        int sampleRows = Math.Max(SampleMin, 1 << BitOperations.Log2((uint)sample));
        (int dim, int bytesPerQuery) = (0, 0);
        for (int n = 0; n < Math.Max(1, request.TermCount); n++)
        {
            CudaEmbedding embedding = request.EmbeddingAt(n);
            dim += embedding.Dim;
            bytesPerQuery += PackedQueries.BytesPerQuery(embedding.Dim, embedding.Element);
        }

        if (request.IsLearnedScan)
        {
            dim = request.Learned!.Similarity.Similarity.QueryWidth;
            bytesPerQuery = new SimilarityLayout(request.Learned.Similarity, element).QueryBytes;
        }

        bool canEstimate = request.TermCount == 0 && !hasGroups && !request.IsLearnedScan && rows <= int.MaxValue
            && ops.HasTiles(element, bytesPerQuery);
        int sampleTiles = canEstimate ? FusedScan.SampleTiles(
            table.RowCount, Math.Min((uint)request.ScanK, table.RowCount), limits.SampleTiles) : 0;
        int answers = request.HasFirstStage ? (int)RoundUp(Math.Min((uint)request.K, table.RowCount), HitsMin) : 0;
        long queryBytes = TopKCuda.ScratchBytes(1, (int)hits, survivors, hasGroups) + (8L * survivors)
            + (4L * sampleRows) + (4L * sampleTiles) + (8L * hits)
            + (hasGroups ? 8L * FusedScan.GroupSlots((int)hits) : 0)
            + (answers > 0 ? TopKCuda.ScratchBytes(1, answers, hits, request.HasGroups) + (8L * (hits + answers)) : 0);
        long maskBytes = isFiltered ? rows / 8 : 0;
        int queries = FusedScan.QueriesMax;
        while (queries > 1 && (queries / 2 >= queryCount
            || (queries * queryBytes) + (MaskCount(request, queries) * maskBytes) > limits.ScratchBytes))
        {
            queries /= 2;
        }

        int perLaunch = request.IsLearnedScan
            ? ops.QueriesPerLaunch(request.Learned!.Similarity, request.EmbeddingAt(0))
            : ops.QueriesPerLaunch(element, bytesPerQuery, request.TermCount);
        return new SearchShape(
            element,
            dim,
            bytesPerQuery,
            request.TermCount,
            queries,
            Math.Min(queries, perLaunch),
            (int)hits,
            survivors,
            sampleRows,
            (int)Math.Min(usual, sampleRows),
            hasGroups ? 1 : Math.Max(1, sampleRows / limits.PartRows),
            sampleTiles,
            hasGroups ? 0 : Math.Min(survivors, limits.DirectRows),
            0,
            rows,
            table.Columns.Length,
            table.Order.Numbers.IsEmpty ? 0 : table.Order.Numbers.Address,
            hasGroups)
        {
            Learned = request.Learned?.Similarity,
            LearnedRowBytes = request.IsLearnedScan ? request.EmbeddingAt(0).RowBytes : 0,
            Answers = answers,
            HasAnswerGroups = request.HasFirstStage && request.HasGroups,
            CodeQueryBytes = request.Keep is { } keep
                ? PackedQueries.BytesPerQuery(table.Embeddings[keep.Codes].Dim, CudaElement.SignCode)
                : 0,
            CodeRowBytes = request.Keep is null ? 0 : table.Embeddings[request.Keep.Codes].RowBytes,
            HasNorms = request.EmbeddingAt(0) is { Metric: not ScanMetric.Dot, Norms.IsEmpty: false },
        };
    }

    /// <summary>Masks of so many queries: of their filters, and of what codes keep.</summary>
    private static int MaskCount(DeviceSearchRequest request, int queries)
        => (request.Filters.Length <= 1 ? 1 : queries) + (request.Keep is null ? 0 : queries);

    /// <summary>The smallest of 1, 1.25, 1.5 and 1.75 times a power of two that is as large.</summary>
    private static long RoundUp(long value, int least)
    {
        if (value <= least)
        {
            return least;
        }

        int shift = BitOperations.Log2((ulong)value - 1) - 2;
        return (((value - 1) >> shift) + 1) << shift;
    }

    /// <summary>
    /// Some ten times k survive a scan of many rows with a usual sample, and some forty times of codes, of which as many
    /// have a score as are better, and of 8-bit rows, whose queries are rounded; a block alone finishes up to <see cref="TopK.CudaBlockCapacityMax"/>.
    /// </summary>
    private static long SurvivorsFor(long hits, bool isSmall)
        => hits > TopK.CudaSortMax
            ? 8 * hits
            : Math.Clamp(
                (long)BitOperations.RoundUpToPowerOf2((ulong)hits) * (isSmall ? 128 : 32),
                SurvivorsUsual,
                TopK.CudaBlockCapacityMax);
}
