using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>Every file of kernels: what is compiled, embedded, emulated and checked is read from this list.</summary>
public static class CudaSources
{
    private static readonly CudaDefine[] s_elements =
    [
        new("ELEMENT_FLOAT32", (int)CudaElement.Float32),
        new("ELEMENT_FLOAT16", (int)CudaElement.Float16),
        new("ELEMENT_BFLOAT16", (int)CudaElement.BFloat16),
    ];

    private static readonly CudaDefine[] s_metrics =
    [
        new("METRIC_DOT", (int)ScanMetric.Dot),
        new("METRIC_COSINE", (int)ScanMetric.Cosine),
        new("METRIC_EUCLIDEAN", (int)ScanMetric.Euclidean),
    ];

    private static readonly CudaDefine[] s_topKStatus =
    [
        new("STATUS_OK", (int)TopKStatus.Ok),
        new("STATUS_OVERFLOW", (int)TopKStatus.Overflow),
        new("STATUS_TIES", (int)TopKStatus.Ties),
    ];

    /// <summary>The files, by op.</summary>
    public static IReadOnlyList<CudaSource> All { get; } =
    [
        new("CanonicalScore", "CanonicalScore/CanonicalScore.cu", ["80", "90"],
        [
            new("LANES", CanonicalScore.LaneCount),
            new("THREADS", CanonicalScore.CudaThreads),
            new("UNROLL", CanonicalScore.CudaUnroll),
            .. s_elements,
            .. s_metrics,
        ]),
        new("PreludeCheck", "Cuda/PreludeCheck.cu", ["80", "90"], []),
        new("TopK", "TopK/TopK.cu", ["80", "90"],
        [
            new("THREADS", TopK.CudaThreads),
            new("BIN_BITS", TopK.CudaBinBits),
            new("STASH", TopK.CudaStash),
            new("SORT_MAX", TopK.CudaSortMax),
            new("BIN_WORDS_MAX", TopK.CudaBinWordsMax),
            new("SLACK_SHARE", TopK.CudaSlackShare),
            new("SAMPLE_LIST", TopK.CudaSampleList),
            new("WORK_BYTES", TopK.CudaWorkBytes),
            .. s_topKStatus,
        ]),
        new("TopKWide", "TopK/TopKWide.cu", ["80", "90"],
        [
            new("THREADS", TopK.CudaWideThreads),
            new("TILE", TopK.CudaTile),
            new("BIN_BITS", TopK.CudaWideBinBits),
            new("LEVELS", TopK.CudaLevels),
            new("RUN_MAX", TopK.CudaRunMax),
            new("QUERIES_MAX", TopK.QueryCountMax),
            new("BOARD_BYTES", TopKScratch.BoardBytes),
            .. s_topKStatus,
        ]),
    ];
}
