using Linr.Kernels.Filter;
using Linr.Kernels.Layers;
using Linr.Kernels.Scan;
using Linr.Kernels.Similarities;

namespace Linr.Kernels;

/// <summary>Every file of kernels: what is compiled, embedded, emulated and checked is read from this list.</summary>
public static class CudaSources
{
    private static readonly CudaDefine[] s_elements =
    [
        new("ELEMENT_FLOAT32", (int)CudaElement.Float32),
        new("ELEMENT_FLOAT16", (int)CudaElement.Float16),
        new("ELEMENT_BFLOAT16", (int)CudaElement.BFloat16),
        new("ELEMENT_SIGNCODE", (int)CudaElement.SignCode),
        new("ELEMENT_INT8", (int)CudaElement.Int8),
    ];

    private static readonly CudaDefine[] s_metrics =
    [
        new("METRIC_DOT", (int)ScanMetric.Dot),
        new("METRIC_COSINE", (int)ScanMetric.Cosine),
        new("METRIC_EUCLIDEAN", (int)ScanMetric.Euclidean),
    ];

    private static readonly CudaDefine[] s_filter =
    [
        new("THREADS", PlanFilterCuda.Threads),
        new("PLANS", CudaFilterPlans.PlanCountMax),
        new("SHARED_PLANS", SharedTables.PlansMax),
        new("SHARED_THREADS", PlanFilterCuda.SharedThreads),
        new("SLOTS", CudaFilterPlans.SlotCountMax),
        new("BLOCK_ROWS", ScanSegment.BlockRows),
        new("RUN_COUNT_BITS", CudaFilterColumn.RunCountBits),
        new("HASH_FACTOR", unchecked((long)FilterPlan.HashFactor)),
        new("PASS", FilterPlan.Pass),
        new("FAIL", FilterPlan.Fail),
        new("TEST_ANYOF", (int)ClauseTest.AnyOf),
        new("TEST_CODEBITMAP", (int)ClauseTest.CodeBitmap),
        new("TEST_HASHSET", (int)ClauseTest.HashSet),
        new("TEST_RANGE", (int)ClauseTest.Range),
        new("TEST_ROWS", (int)ClauseTest.Rows),
        new("COLUMN_CODE16", (int)ColumnElement.Code16),
        new("COLUMN_CODE32", (int)ColumnElement.Code32),
        new("COLUMN_INT64", (int)ColumnElement.Int64),
        new("COLUMN_FLOAT64", (int)ColumnElement.Float64),
        new("COLUMN_BYTE", (int)ColumnElement.Byte),
    ];

    private static readonly CudaDefine[] s_ways =
    [
        new("DENSE", (int)SearchWay.Dense),
        new("LISTED", (int)SearchWay.Listed),
        new("DIRECT", (int)SearchWay.Direct),
    ];

    private static readonly string[] s_survivorParts =
        ["FusedScan/GroupCode.cu", "FusedScan/Survivors.cu", "FusedScan/TileOrder.cu"];

    private static readonly CudaDefine[] s_survivors =
    [
        new("LEVELS", FusedScan.LevelCount),
        new("LEVELS_STRIDE", FusedScan.LevelStride),
        new("SURVIVORS_PLACE", FusedScan.SurvivorsPlace),
        new("PROGRESS_PLACE", FusedScan.ProgressPlace),
        new("GROUP_LEVELS", FusedScan.GroupLevelCount),
        new("UNIT_TILE_BITS", FusedScan.UnitTileBits),
        new("UNITS_MAX", FusedScan.UnitsMax),
    ];

    private static readonly string[] s_scanParts = [.. s_survivorParts, "FusedScan/RowProducts.cu", "FusedScan/RowTiles.cu"];

    private static readonly string[] s_codeParts = [.. s_survivorParts, "CodeScores/CodeTable.cu", "FusedScan/CodeQueue.cu"];

    private static readonly CudaDefine[] s_scan =
    [
        .. s_survivors,
        new("ROW_WARPS", FusedScan.RowWarps),
        new("STAGES_1", FusedScan.Stages1),
        new("STAGES_2", FusedScan.Stages2),
        new("STAGES_3", FusedScan.Stages3),
        new("QUEUE", FusedScan.QueueLength),
        new("NORM_MIN_BITS", BitConverter.SingleToInt32Bits(TileLoader.NormMin)),
        .. s_elements,
        .. s_metrics,
    ];

    private static readonly CudaDefine[] s_bounds =
    [
        new("THREADS", TopK.CudaThreads),
        new("BIN_BITS", TopK.CudaBinBits),
        new("WORK_BYTES", TopK.CudaWorkBytes),
    ];

    private static readonly CudaDefine[] s_wideSort =
    [
        new("THREADS", TopK.CudaWideThreads),
        new("TILE", TopK.CudaTile),
        new("RUN_MAX", TopK.CudaRunMax),
        new("QUERIES_MAX", TopK.QueryCountMax),
        new("BOARD_BYTES", TopKScratch.BoardBytes),
    ];

    private static readonly CudaDefine[] s_topKStatus =
    [
        new("STATUS_OK", (int)TopKStatus.Ok),
        new("STATUS_OVERFLOW", (int)TopKStatus.Overflow),
        new("STATUS_TIES", (int)TopKStatus.Ties),
    ];

    private static readonly CudaDefine[] s_layers =
    [
        new("THREADS", LayerListCuda.Threads),
        new("CHUNK", LayerListCuda.Chunk),
        new("ROWS_FEW", LayerListCuda.RowsFew),
        new("TILE", LayerListCuda.Tile),
        new("SHARED_FLOATS", LayerListCuda.SharedFloats),
        new("HEADS_AT_ONCE", LayerListCuda.HeadsAtOnce),
        new("LENGTH_MIN_BITS", BitConverter.SingleToInt32Bits(L2Normalise.LengthMin)),
        new("INPUT_SAMPLES", LayerListRun.SamplesWord),
        new("INPUT_TILE", LayerListRun.TileWord),
        new("INPUT_PLACES", LayerListRun.PlacesWord),
        new("INPUT_SOURCES", LayerListRun.SourcesWord),
        .. Enum.GetValues<LayerOp>().Select(op => new CudaDefine($"OP_{op}".ToUpperInvariant(), (int)op)),
        .. Activation.CudaDefines,
    ];

    private static readonly CudaDefine[] s_similarity =
    [
        new("PAIRS_AT_ONCE", SimilarityScoresCuda.PairsAtOnce),
        new("SIMILARITY_HADAMARD", (int)CudaSimilarityKind.Hadamard),
        new("SIMILARITY_MIXTURE", (int)CudaSimilarityKind.Mixture),
        .. s_elements,
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
        ])
        {
            Parts = ["CanonicalScore/RowValue.cu"],
        },
        new("CodeScan", "FusedScan/CodeScan.cu", ["80", "90"],
        [
            .. s_survivors,
            new("CODE_QUEUE", CodeScan.QueueLength),
            new("CODE_THREADS", CodeScan.Threads),
            new("FACTS_BYTES", CodeScan.FactsBytes),
            new("CODE_ROWS_1", CodeScan.RowsForOne),
            new("CODE_ROWS_4", CodeScan.RowsForSome),
            new("PLANES_MAX", CodeScores.PlanesMax),
        ])
        {
            Parts = s_codeParts,
        },
        new("CodeTiles", "FusedScan/CodeTiles.cu", ["90"],
        [
            .. s_survivors,
            new("CODE_QUEUE", WarpRings.QueueLength),
            new("CODE_THREADS", WarpRings.Threads),
            new("FACTS_BYTES", WarpRings.FactsBytes),
            new("ROOM_ROWS", FusedScan.RoomRows),
            new("RING_WARPS", WarpRings.Threads / 32),
        ])
        {
            Parts = [.. s_codeParts, "FusedScan/TileRing.cu"],
        },
        new("Int8Tiles", "FusedScan/Int8Tiles.cu", ["90"],
        [
            .. s_survivors,
            new("INT8_QUEUE", WarpRings.QueueLength),
            new("INT8_THREADS", WarpRings.Threads),
            new("FACTS_BYTES", WarpRings.FactsBytes),
            new("ROOM_ROWS", FusedScan.RoomRows),
            new("RING_WARPS", WarpRings.Threads / 32),
        ])
        {
            Parts = [.. s_survivorParts, "FusedScan/TileRing.cu", "FusedScan/Int8Queue.cu"],
        },
        new("GateCheck", "SimilarityScan/GateCheck.cu", ["80", "90"], s_similarity)
        {
            Parts = ["SimilarityScan/SimilarityTable.cu", "SimilarityScan/SimilarityGate.cu"],
        },
        new("Int8List", "FusedScan/Int8List.cu", ["80", "90"],
        [
            .. s_survivors,
            new("INT8_QUEUE", Int8List.QueueLength),
            new("INT8_THREADS", Int8List.Threads),
            new("FACTS_BYTES", WarpRings.FactsBytes),
        ])
        {
            Parts = [.. s_survivorParts, "FusedScan/Int8Queue.cu"],
        },
        new("CodeSelect", "CodeSelect/CodeSelect.cu", ["80", "90"],
        [
            new("THREADS", CodeSelectCuda.Threads),
            new("BINS", CodeSelectCuda.Bins),
            new("VALUE_STEPS", CodeSelectCuda.ValueSteps),
            new("ORDER_STEPS", CodeSelectCuda.OrderSteps),
            new("BOARD_BYTES", CodeSelectCuda.BoardBytes),
            new("BLOCK_BYTES", CodeSelectCuda.BlockBytes),
            new("STAGES_MAX", CodeSelectCuda.StagesMax),
            new("PLANES_MAX", CodeScores.PlanesMax),
            new("WORDS_MAX", SignOporp.BitsMax / SignOporp.WordBits),
        ])
        {
            Parts =
            [
                "Cuda/Together.cu", "CodeScores/CodeTable.cu", "DeviceSearch/RowList.cu", "CodeSelect/CodeValues.cu",
                "CodeSelect/CodeBins.cu", "CodeSelect/ChoiceScan.cu",
            ],
        },
        new("DeviceSearch", "DeviceSearch/DeviceSearch.cu", ["80", "90"],
        [
            new("THREADS", SearchStepsCuda.Threads),
            new("BATCHES_PER_LAUNCH", SearchMemory.BatchesPerLaunch),
            .. s_ways,
            new("SURVIVORS_PLACE", FusedScan.SurvivorsPlace),
            new("PROGRESS_PLACE", FusedScan.ProgressPlace),
            new("LEVELS_STRIDE", FusedScan.LevelStride),
        ])
        {
            Parts = ["Cuda/Together.cu", "DeviceSearch/RowList.cu"],
        },
        new("FusedScan", "FusedScan/FusedScan.cu", ["80", "90"], s_scan) { Parts = s_scanParts },
        new("FusedScanSum", "FusedScan/FusedScanSum.cu", ["80", "90"], s_scan) { Parts = s_scanParts },
        new("Layers", "Layers/Layers.cu", ["80", "90"], s_layers)
        {
            Parts = ["Layers/LayerTile.cu", "Layers/Activation.cu", "Layers/AttentionPool.cu", "Layers/Linear.cu",
                "Layers/CausalAttention.cu"],
        },
        new("MachineLimits", "MachineLimits/MachineLimits.cu", ["80", "90"],
        [
            new("THREADS", MachineLimits.CudaThreads),
            new("UNROLL", MachineLimits.CudaUnroll),
        ]),
        new("PlanFilter", "Filter/PlanFilter.cu", ["80", "90"], s_filter) { Parts = ["Filter/FilterTable.cu"] },
        new("PreludeCheck", "Cuda/PreludeCheck.cu", ["80", "90"], []),
        new("Patches", "Patches/Patches.cu", ["80", "90"], [new("THREADS", PatchesCuda.Threads)]),
        new("RandomTable", "RandomTable/RandomTable.cu", ["80", "90"],
        [
            new("THREADS", RandomTable.CudaThreads),
            new("STEP", unchecked((long)RandomTable.Step)),
            new("MIX_FACTOR_1", unchecked((long)RandomTable.MixFactor1)),
            new("MIX_FACTOR_2", unchecked((long)RandomTable.MixFactor2)),
            new("DRAW_MAX", RandomTable.DrawMax),
            new("VALUE_MAX", Int8Rows.ValueMax),
        ]),
        new("ScanBounds", "FusedScan/ScanBounds.cu", ["80", "90"],
        [
            .. s_bounds,
            .. s_survivors,
            new("LEVEL_BITS", FusedScan.LevelBits),
            new("SAMPLE_SURETY", FusedScan.SampleSurety),
            .. s_ways,
        ])
        {
            Parts = ["TopK/Bounds.cu", .. s_survivorParts, "FusedScan/Estimate.cu"],
        },
        new("SampleCut", "TopK/SampleCut.cu", ["80", "90"],
        [
            .. s_bounds,
            new("SAMPLE_LIST", TopK.CudaSampleList),
            .. s_ways,
        ])
        {
            Parts = ["TopK/Bounds.cu"],
        },
        new("TopK", "TopK/TopK.cu", ["80", "90"],
        [
            .. s_bounds,
            new("STASH", TopK.CudaStash),
            new("SORT_MAX", TopK.CudaSortMax),
            new("BIN_WORDS_MAX", TopK.CudaBinWordsMax),
            new("SLACK_SHARE", TopK.CudaSlackShare),
            .. s_topKStatus,
        ])
        {
            Parts = ["TopK/Bounds.cu"],
        },
        new("TopKGroups", "TopK/TopKGroups.cu", ["80", "90"], [.. s_wideSort, .. s_topKStatus])
        {
            Parts = ["FusedScan/GroupCode.cu", "Cuda/Together.cu", "TopK/WideSort.cu"],
        },
        new("TopKWide", "TopK/TopKWide.cu", ["80", "90"],
        [
            .. s_wideSort,
            new("BIN_BITS", TopK.CudaWideBinBits),
            new("LEVELS", TopK.CudaLevels),
            .. s_topKStatus,
        ])
        {
            Parts = ["Cuda/Together.cu", "TopK/WideSort.cu"],
        },
        new("SignOporp", "SignOporp/SignOporp.cu", ["80", "90"],
        [
            new("THREADS", SignOporpCuda.Threads),
            .. s_elements,
        ])
        {
            Parts = ["CanonicalScore/RowValue.cu"],
        },
        new("SimilarityScan", "SimilarityScan/SimilarityScan.cu", ["80", "90"],
        [
            .. s_survivors,
            .. s_similarity,
            new("QUEUE", SimilarityScanCuda.QueueLength),
            new("NETWORK_WARPS", SimilarityScanCuda.NetworkWarps),
            new("NETWORK_STAGES", SimilarityScanCuda.NetworkStages),
            new("MIXTURE_WARPS", SimilarityScanCuda.MixtureWarps),
            new("MIXTURE_STAGES", SimilarityScanCuda.MixtureStages),
            new("HELD_WARPS", SimilarityScanCuda.HeldWarps),
            new("HELD_STAGES", SimilarityScanCuda.HeldStages),
            new("SHORT_STAGES", SimilarityScanCuda.ShortStages),
            new("GATED_WARPS", SimilarityScanCuda.GatedWarps),
            new("GATED_STAGES", SimilarityScanCuda.GatedStages),
            new("GATED_QUEUE", SimilarityScanCuda.GatedQueueLength),
            new("ROUNDING_SHARE_BITS", BitConverter.SingleToInt32Bits(MixtureOfLogits.RoundingShare)),
        ])
        {
            Parts =
            [
                .. s_survivorParts, "SimilarityScan/SimilarityTable.cu", "SimilarityScan/SimilarityTiles.cu",
                "SimilarityScan/SimilarityGate.cu", "SimilarityScan/SimilarityMixtures.cu",
            ],
        },
        new("SimilarityScores", "SimilarityScan/SimilarityScores.cu", ["80", "90"],
        [
            .. s_similarity,
            new("THREADS", SimilarityScoresCuda.Threads),
        ])
        {
            Parts = ["SimilarityScan/SimilarityTable.cu"],
        },
        new("SharedFilter", "Filter/SharedFilter.cu", ["80", "90"], s_filter) { Parts = ["Filter/FilterTable.cu"] },
        new("WarpgroupScan", "FusedScan/WarpgroupScan.cu", ["90a"],
        [
            .. s_survivors,
            new("NORM_MIN_BITS", BitConverter.SingleToInt32Bits(TileLoader.NormMin)),
            new("TILE_ROWS", WarpgroupScan.TileRows),
            new("CONSUMERS", WarpgroupScan.Consumers),
            new("QUEUE", WarpgroupScan.QueueLength),
            .. s_elements,
            .. s_metrics,
        ])
        {
            Parts =
            [
                .. s_survivorParts, "FusedScan/Estimate.cu", "FusedScan/WarpgroupBlock.cu", "FusedScan/WarpgroupProducts.cu",
                "FusedScan/WarpgroupQueue.cu",
            ],
        },
    ];
}
