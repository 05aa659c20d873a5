namespace Linr.Kernels;

/// <summary>Which kernel scans by a similarity, and how it lays things out.</summary>
/// <param name="Similarity">What scores.</param>
/// <param name="Element">What the vectors of items are made of.</param>
internal readonly record struct SimilarityLayout(CudaSimilarity Similarity, CudaElement Element)
{
    /// <summary>Bytes of a step of the products.</summary>
    internal const int StepBytes = 32;

    /// <summary>Steps of vectors that a warp holds in registers for all queries.</summary>
    internal const int HeldSteps = 4;

    private const int UnitsAtOnce = 10;
    private const int ComponentsAtOnce = 8;

    private bool IsNetwork => Similarity.Kind == CudaSimilarityKind.Hadamard;

    /// <summary>
    /// Whether the ring has fewer stages, where there is such a kernel: columns of many queries take its room.
    /// </summary>
    public bool IsShort { get; init; }

    /// <summary>Whether vectors are held.</summary>
    public bool IsHeld => Element.Bytes(Similarity.Width) <= HeldSteps * StepBytes
        && (IsNetwork ? Element != CudaElement.Float32 : Similarity.Gate is not null);

    /// <summary>Whether rows get a second estimate.</summary>
    public bool IsGated => IsHeld && !IsNetwork;

    /// <summary>The kernel's name, but for the element.</summary>
    public string Kernel => (IsNetwork, IsHeld) switch
    {
        (true, false) => "scan_network",
        (true, true) => IsShort ? "scan_short_network" : "scan_held_network",
        (false, false) => "scan_mixture",
        _ => "scan_gated_mixture",
    };

    /// <summary>Warps of a block at most.</summary>
    public int Warps => (IsNetwork, IsHeld) switch
    {
        (true, false) => SimilarityScanCuda.NetworkWarps,
        (true, true) => SimilarityScanCuda.HeldWarps,
        (false, false) => SimilarityScanCuda.MixtureWarps,
        _ => SimilarityScanCuda.GatedWarps,
    };

    /// <summary>Stages of a warp's ring.</summary>
    public int Stages => (IsNetwork, IsHeld) switch
    {
        (true, false) => SimilarityScanCuda.NetworkStages,
        (true, true) => IsShort ? SimilarityScanCuda.ShortStages : SimilarityScanCuda.HeldStages,
        (false, false) => SimilarityScanCuda.MixtureStages,
        _ => SimilarityScanCuda.GatedStages,
    };

    /// <summary>Rows of a tile: by it a place of a sample is a row.</summary>
    public int TileRows => !IsNetwork ? 16 : IsHeld ? 64 : 32;

    /// <summary>Rows that wait in a warp's queue.</summary>
    public int QueueLength => IsGated ? SimilarityScanCuda.GatedQueueLength : SimilarityScanCuda.QueueLength;

    /// <summary>Columns of a query: its hidden units or components, and what fills whole fragments.</summary>
    public int Columns
    {
        get
        {
            int atOnce = IsNetwork ? UnitsAtOnce : ComponentsAtOnce;
            int count = IsNetwork ? Similarity.Hidden : Similarity.QueryComponents;
            return (count + atOnce - 1) / atOnce * atOnce;
        }
    }

    /// <summary>Bytes of a column.</summary>
    public int ColumnBytes => IsHeld
        ? HeldSteps * StepBytes
        : (Element.Bytes(Similarity.Width) + StepBytes - 1) / StepBytes * StepBytes;

    /// <summary>Numbers of a query behind its columns.</summary>
    public int NumberCount => IsNetwork ? (2 * Columns) + 4 : IsGated ? MixtureGate.NumberCount : 2;

    /// <summary>Bytes of a packed query.</summary>
    public int QueryBytes => ((Columns * ColumnBytes) + (NumberCount * sizeof(float)) + FusedScan.RowAlignment - 1)
        / FusedScan.RowAlignment * FusedScan.RowAlignment;

    /// <summary>Bytes of a block's shared memory, as the kernel lays it out.</summary>
    /// <param name="rowBytes">Bytes of an item's vectors.</param>
    /// <param name="queryCount">Queries.</param>
    /// <param name="warps">Warps of the block.</param>
    /// <param name="isShared">Whether a mixture's weights for whole logits lie there too.</param>
    public int SharedBytes(int rowBytes, int queryCount, int warps, bool isShared)
    {
        const int GroupQueries = SimilarityScanCuda.GroupQueries;
        int groups = (queryCount + GroupQueries - 1) / GroupQueries;
        int rowStride = ((rowBytes / FusedScan.RowAlignment) | 1) * FusedScan.RowAlignment;
        int columns = groups * GroupQueries * Columns * (ColumnBytes + FusedScan.RowAlignment);
        int numbers = groups * GroupQueries * NumberCount * sizeof(float);
        int scratch = Similarity.ScratchFloats * sizeof(float);
        int settling = IsGated
            ? Similarity.Gate!.Image.Length + (warps * Math.Max(scratch, QueueLength * MixtureGate.EntryBytes))
            : ((isShared ? Similarity.WeightFloats * sizeof(float) : 0) + (warps * scratch));
        return Parts(columns) + Parts(numbers) + Parts(groups * GroupQueries * sizeof(float))
            + (warps * QueueLength * (sizeof(ulong) + sizeof(uint)))
            + Parts(settling)
            + (warps * Stages * TileRows * rowStride) + SimilarityScanCuda.PartBytes;
    }

    private static int Parts(int bytes)
        => (bytes + SimilarityScanCuda.PartBytes - 1) / SimilarityScanCuda.PartBytes * SimilarityScanCuda.PartBytes;
}
