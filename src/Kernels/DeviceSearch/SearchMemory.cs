using Linr.Cuda;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>
/// Where the arrays of a shape lie: in one piece of device memory, at its front what the host writes, then what it
/// reads, and in two pieces of pinned memory like these. And the graphs that were captured with them.
/// </summary>
internal sealed unsafe class SearchMemory : IDisposable
{
    /// <summary>Of each launch of the scan.</summary>
    public const int BatchesPerLaunch = 5;

    private const int Alignment = 256;
    private const int GraphCount = 12;

    private readonly DeviceSlice<byte> _arena;
    private readonly PinnedSlice<byte> _upload;
    private readonly PinnedSlice<byte> _download;
    private long _taken;

    /// <summary>Lays out the arrays of a shape; without memory it only counts bytes.</summary>
    public SearchMemory(
        in SearchShape shape, DeviceSlice<byte> arena, PinnedSlice<byte> upload, PinnedSlice<byte> download)
    {
        (_arena, _upload, _download) = (arena, upload, download);
        MaskWords = shape.MaskWords;
        int queries = shape.Queries;
        Head = Take<DeviceSearchHead>(1);
        Table = Take<CudaScanTable>(1);
        DenseTable = Take<CudaScanTable>(1);
        FilterTable = Take<CudaFilterTable>(1);
        Columns = Take<CudaFilterColumn>(shape.Columns);
        Segments = Take<CudaScoreSegment>(shape.EmbeddingCount);
        Sums = Take<CudaScanSum>(shape.Terms == 0 ? 0 : 2 * shape.Launches);
        Terms = Take<CudaScanTerm>(shape.Terms * shape.Launches);
        TermFactors = Take<float>((long)queries * shape.Terms);
        Weights = Take<float>((long)queries * shape.Terms);
        Groups = Take<CudaGroups>(shape.HasGroups ? 1 : 0);
        Learned = Take<CudaSimilarityTable>(shape.Learned is null ? 0 : 1 + shape.Launches);
        LearnedQueries = Take<float>(
            shape.Answers == 0 ? 0 : (long)queries * shape.Learned!.Similarity.QueryWidth);
        AnswerLowest = Take<float>(shape.Answers == 0 ? 0 : queries);
        AnswerGroups = Take<CudaGroups>(shape.HasAnswerGroups ? 1 : 0);
        Batches = Take<CudaScanBatch>(1 + (BatchesPerLaunch * shape.Launches));
        Packed = Take<byte>((long)queries * shape.QueryBytes);
        Originals = Take<float>((long)queries * shape.Dim);
        SquaredNorms = Take<double>((long)queries * shape.EmbeddingCount);
        Factors = Take<float>(queries);
        Offsets = Take<float>(queries);
        Errors = Take<float>(queries);
        Twice = Take<float>(queries);
        PartErrors = Take<float>((long)queries * shape.SampleParts);
        Lowest = Take<float>(queries);
        Filters = Take<uint>(queries);
        Codes = Take<CudaScanTable>(shape.Keeps ? 1 : 0);
        Choices = Take<CudaCodeChoice>(shape.Keeps ? queries : 0);
        CodeQueries = Take<byte>((long)queries * shape.CodeQueryBytes);
        DenseCuts = Take<uint>(queries);
        ListCuts = Take<uint>(queries);
        UploadBytes = _taken;

        HitCounts = Take<uint>(queries);
        Status = Take<TopKStatus>(queries);
        Counts = Take<uint>(queries);
        LastCuts = Take<float>(queries);
        Ways = Take<SearchWay>(queries);
        ListCount = Take<uint>(1);
        PlanPassed = Take<ulong>(shape.Plans);
        Passed = shape.Keeps ? Take<ulong>(queries) : PlanPassed;
        Scored = Take<uint>(shape.IsLearnedScan ? queries : 0);
        Gated = Take<uint>(shape.IsLearnedScan ? queries : 0);
        Hits = Take<ScanHit>(shape.Answers > 0 ? 0 : (long)queries * shape.Hits);
        AnswerCounts = Take<uint>(shape.Answers > 0 ? queries : 0);
        AnswerStatus = Take<TopKStatus>(shape.Answers > 0 ? queries : 0);
        Answers = Take<ScanHit>((long)queries * shape.Answers);
        DownloadBytes = _taken - UploadBytes;

        PlanMasks = Take<ulong>(shape.Plans * shape.MaskWords);
        Masks = shape.Keeps ? Take<ulong>(queries * shape.MaskWords) : PlanMasks;
        List = Take<uint>(shape.ListRows);
        ListedPlans = Take<uint>(SearchStepsCuda.Threads);
        Sample = Take<float>((long)queries * shape.SampleRows);
        TileBests = Take<float>((long)queries * shape.SampleTiles);
        FirstCuts = Take<float>((long)queries * shape.SampleParts);
        Cuts = Take<uint>(queries);
        Levels = Take<uint>((long)queries * FusedScan.LevelStride);
        LevelBases = Take<uint>(queries);
        LevelShifts = Take<uint>(queries);
        Words = Take<ulong>((long)queries * shape.Survivors);
        Slots = Take<ulong>((long)queries * shape.GroupSlots);
        Scratch = Take<byte>(TopKCuda.ScratchBytes(queries, shape.Hits, shape.Survivors, shape.HasGroups));
        if (shape.Answers > 0)
        {
            Hits = Take<ScanHit>((long)queries * shape.Hits);
            AnswerWords = Take<ulong>((long)queries * shape.Hits);
            AnswerSurvivors = Take<uint>(queries);
            AnswerScratch = Take<byte>(
                TopKCuda.ScratchBytes(queries, shape.Answers, shape.Hits, shape.HasAnswerGroups));
        }

        KeepScratch = Take<byte>(shape.Keeps ? CodeSelectCuda.ScratchBytes(queries, shape.Rows) : 0);
        DeviceBytes = _taken;
    }

    /// <summary>Bytes that the host writes.</summary>
    public long UploadBytes { get; }

    /// <summary>Bytes that the host reads.</summary>
    public long DownloadBytes { get; }

    /// <summary>Bytes on the device, in all.</summary>
    public long DeviceBytes { get; }

    /// <summary>Words of a mask.</summary>
    public long MaskWords { get; }

    public DeviceSlice<DeviceSearchHead> Head { get; }

    public DeviceSlice<CudaScanTable> Table { get; }

    /// <summary>The same without rows, if the device chooses so.</summary>
    public DeviceSlice<CudaScanTable> DenseTable { get; }

    public DeviceSlice<uint> DenseRowCount => RowCount(isListed: false);

    public DeviceSlice<CudaFilterTable> FilterTable { get; }

    public DeviceSlice<CudaFilterColumn> Columns { get; }

    public DeviceSlice<CudaScoreSegment> Segments { get; }

    /// <summary>For each launch the sum of all rows, and of listed ones; empty where there is no sum.</summary>
    public DeviceSlice<CudaScanSum> Sums { get; }

    /// <summary>[launch][term].</summary>
    public DeviceSlice<CudaScanTerm> Terms { get; }

    /// <summary>[term][query].</summary>
    public DeviceSlice<float> TermFactors { get; }

    /// <summary>[term][query].</summary>
    public DeviceSlice<float> Weights { get; }

    /// <summary>The cap on groups, or empty.</summary>
    public DeviceSlice<CudaGroups> Groups { get; }

    /// <summary>
    /// All queries, then for each launch the sample of all rows, of listed ones, the scan of all, of listed, the sample
    /// of tiles.
    /// </summary>
    public DeviceSlice<CudaScanBatch> Batches { get; }

    public DeviceSlice<byte> Packed { get; }

    public DeviceSlice<float> Originals { get; }

    public DeviceSlice<double> SquaredNorms { get; }

    public DeviceSlice<float> Factors { get; }

    public DeviceSlice<float> Offsets { get; }

    public DeviceSlice<float> Errors { get; }

    public DeviceSlice<float> Twice { get; }

    /// <summary>[query][part]: the errors again.</summary>
    public DeviceSlice<float> PartErrors { get; }

    public DeviceSlice<float> Lowest { get; }

    /// <summary>[query]: which of <see cref="Masks"/>.</summary>
    public DeviceSlice<uint> Filters { get; }

    /// <summary>The codes that choose, or nothing.</summary>
    public DeviceSlice<CudaScanTable> Codes { get; }

    /// <summary>[query]: what they choose.</summary>
    public DeviceSlice<CudaCodeChoice> Choices { get; }

    /// <summary>[query][bytes]: queries for codes.</summary>
    public DeviceSlice<byte> CodeQueries { get; }

    /// <summary>Cuts of the scan of all rows; zero at first.</summary>
    public DeviceSlice<uint> DenseCuts { get; }

    /// <summary>Cuts of the scan of listed rows.</summary>
    public DeviceSlice<uint> ListCuts { get; }

    public DeviceSlice<uint> HitCounts { get; }

    public DeviceSlice<TopKStatus> Status { get; }

    public DeviceSlice<uint> Counts { get; }

    public DeviceSlice<float> LastCuts { get; }

    /// <summary>[query]: how it is scanned.</summary>
    public DeviceSlice<SearchWay> Ways { get; }

    public DeviceSlice<uint> ListCount { get; }

    /// <summary>[plan]: rows that pass it.</summary>
    public DeviceSlice<ulong> PlanPassed { get; }

    /// <summary>[mask]: rows that it lets through to the scores.</summary>
    public DeviceSlice<ulong> Passed { get; }

    public DeviceSlice<ScanHit> Hits { get; }

    /// <summary>[plan][word]: rows that pass it.</summary>
    public DeviceSlice<ulong> PlanMasks { get; }

    /// <summary>
    /// [mask][word]: rows that get scores: those that pass plans, or where codes choose, of each query those that are
    /// kept.
    /// </summary>
    public DeviceSlice<ulong> Masks { get; }

    public DeviceSlice<uint> List { get; }

    public DeviceSlice<uint> ListedPlans { get; }

    public DeviceSlice<float> Sample { get; }

    /// <summary>[query][tile]; empty where cuts are no estimates.</summary>
    public DeviceSlice<float> TileBests { get; }

    public DeviceSlice<float> FirstCuts { get; }

    public DeviceSlice<uint> Cuts { get; }

    public DeviceSlice<uint> Levels { get; }

    public DeviceSlice<uint> LevelBases { get; }

    public DeviceSlice<uint> LevelShifts { get; }

    public DeviceSlice<ulong> Words { get; }

    /// <summary>[query][slot]; empty without groups.</summary>
    public DeviceSlice<ulong> Slots { get; }

    public DeviceSlice<byte> Scratch { get; }

    public DeviceSlice<byte> KeepScratch { get; }

    /// <summary>A learned similarity over the table: for all queries, then for those of each launch.</summary>
    public DeviceSlice<CudaSimilarityTable> Learned { get; }

    /// <summary>[query][QueryWidth]: what a similarity reads after a first stage; else the originals.</summary>
    public DeviceSlice<float> LearnedQueries { get; }

    /// <summary>[query]: the lowest logit that is asked for after a first stage.</summary>
    public DeviceSlice<float> AnswerLowest { get; }

    /// <summary>The cap on groups after a first stage, or empty.</summary>
    public DeviceSlice<CudaGroups> AnswerGroups { get; }

    /// <summary>[query]: rows that got their whole logit in a scan by a similarity.</summary>
    public DeviceSlice<uint> Scored { get; }

    /// <summary>[query]: rows that got the second estimate of a mixture, with its gate, there.</summary>
    public DeviceSlice<uint> Gated { get; }

    /// <summary>[query][]: the hits after a first stage, whose own <see cref="Hits"/> stay on the device.</summary>
    public DeviceSlice<ScanHit> Answers { get; }

    public DeviceSlice<uint> AnswerCounts { get; }

    public DeviceSlice<TopKStatus> AnswerStatus { get; }

    public DeviceSlice<ulong> AnswerWords { get; }

    /// <summary>[query]: how many of <see cref="AnswerWords"/>.</summary>
    public DeviceSlice<uint> AnswerSurvivors { get; }

    public DeviceSlice<byte> AnswerScratch { get; }

    private CudaGraphExec?[] Graphs { get; } = new CudaGraphExec?[GraphCount];

    /// <summary>The number of rows of the scan of all rows, or of listed ones.</summary>
    public DeviceSlice<uint> RowCount(bool isListed)
        => (isListed ? Table : DenseTable).Cast<uint>().Slice(CudaScanTable.RowCountPlace, 1);

    /// <summary>The graph of a mode, by estimate or not, timed or not.</summary>
    public ref CudaGraphExec? Graph(SearchMode mode, bool isEstimated, bool isTimed)
        => ref Graphs[(4 * (int)mode) + (isEstimated ? 2 : 0) + (isTimed ? 1 : 0)];

    /// <summary>The batch of a launch's sample of tiles.</summary>
    public DeviceSlice<CudaScanBatch> TilesBatch(int launch)
        => Batches.Slice(1 + (BatchesPerLaunch * launch) + BatchesPerLaunch - 1, 1);

    /// <summary>The batch of a launch.</summary>
    public DeviceSlice<CudaScanBatch> Batch(int launch, bool isSample, bool isListed)
        => Batches.Slice(1 + (BatchesPerLaunch * launch) + (isSample ? 0 : 2) + (isListed ? 1 : 0), 1);

    /// <summary>What the host writes of an array.</summary>
    public Span<T> Writes<T>(DeviceSlice<T> array)
        where T : unmanaged
        => new((void*)(_upload.Address + (nint)(array.Address - _arena.Address)), checked((int)array.Length));

    /// <summary>What the host reads of an array.</summary>
    public Span<T> Reads<T>(DeviceSlice<T> array)
        where T : unmanaged
        => new((void*)ReadAddress(array), checked((int)array.Length));

    /// <summary>Where the host reads an array.</summary>
    public nint ReadAddress<T>(DeviceSlice<T> array)
        where T : unmanaged
        => _download.Address + (nint)(array.Address - _arena.Address) - (nint)UploadBytes;

    /// <summary>Enqueues the copy of all that the host writes.</summary>
    public void EnqueueUpload(CudaStream stream)
        => stream.EnqueueUpload(_upload.Slice(0, UploadBytes), _arena.Slice(0, UploadBytes));

    /// <summary>Enqueues the copy of all that the host reads.</summary>
    public void EnqueueDownload(CudaStream stream)
        => stream.EnqueueDownload(_arena.Slice(UploadBytes, DownloadBytes), _download.Slice(0, DownloadBytes));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (CudaGraphExec? graph in Graphs)
        {
            graph?.Dispose();
        }
    }

    private DeviceSlice<T> Take<T>(long length)
        where T : unmanaged
    {
        long start = _taken;
        _taken = (start + (length * sizeof(T)) + Alignment - 1) / Alignment * Alignment;
        return _arena.IsEmpty || length == 0 ? default : _arena.Slice(start, length * sizeof(T)).Cast<T>();
    }
}
