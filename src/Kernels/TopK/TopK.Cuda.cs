using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>
/// <see cref="TopK"/> on a device, for a stream: launches neither wait nor allocate, and read every count on the
/// device, so that a graph may hold them. A block takes a query for itself while k and the lists are short; else all
/// blocks work on all queries together.
/// </summary>
public sealed class TopKCuda : IDisposable
{
    private readonly CudaModule _module;
    private readonly CudaModule _wideModule;
    private readonly CudaModule _sampleModule;
    private readonly CudaModule _groupsModule;
    private readonly CudaKernel _cut;
    private readonly CudaKernel _sort;
    private readonly CudaKernel _sampleCut;
    private readonly CudaKernel _wideCut;
    private readonly CudaKernel _wideSort;
    private readonly CudaKernel _groups;
    private readonly CanonicalScoreCuda _scores;
    private readonly uint _wideCutBlocks;
    private readonly uint _wideSortBlocks;
    private readonly uint _groupsBlocks;

    /// <summary>Loads the kernels.</summary>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public TopKCuda(CudaContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        CudaDevice device = context.Device;
        _scores = new CanonicalScoreCuda(context);
        _module = new CudaModule(context, "TopK", CudaImages.Find("TopK", device.ComputeCapability));
        _wideModule = new CudaModule(context, "TopKWide", CudaImages.Find("TopKWide", device.ComputeCapability));
        _sampleModule = new CudaModule(context, "SampleCut", CudaImages.Find("SampleCut", device.ComputeCapability));
        _cut = _module.GetKernel("top_k_cut");
        _sort = _module.GetKernel("top_k_sort");
        _sampleCut = _sampleModule.GetKernel("sample_cut");
        _cut.AllowSharedBytes(CutBytes);
        _sort.AllowSharedBytes(SortBytes);
        _sampleCut.AllowSharedBytes(SampleBytes);
        _wideCut = _wideModule.GetKernel("top_k_wide_cut");
        _wideSort = _wideModule.GetKernel("top_k_wide_sort");
        _groupsModule = new CudaModule(context, "TopKGroups", CudaImages.Find("TopKGroups", device.ComputeCapability));
        _groups = _groupsModule.GetKernel("top_k_groups");
        _groupsBlocks = ResidentBlocks(_groups);
        _wideCutBlocks = ResidentBlocks(_wideCut);
        _wideSortBlocks = ResidentBlocks(_wideSort);
    }

    private static int CutBytes => TopK.CudaWorkBytes + (TopK.CudaStash * sizeof(uint));

    private static int SortBytes => TopK.CudaWorkBytes + (2 * TopK.CudaSortMax * sizeof(ulong));

    private static int SampleBytes => TopK.CudaWorkBytes + (TopK.CudaSampleList * sizeof(uint));

    private static int WideBytes => TopK.CudaWideThreads / 32 * 256 * sizeof(uint);

    /// <summary>Bytes of scratch that a launch needs; what they hold before and after does not matter.</summary>
    /// <param name="queryCount">Q.</param>
    /// <param name="k">Hits of a query.</param>
    /// <param name="capacity">Words of a query's list.</param>
    /// <param name="hasGroups">Whether groups have a cap.</param>
    public static long ScratchBytes(int queryCount, int k, long capacity, bool hasGroups = false)
        => new TopKScratch(queryCount, capacity, hasGroups || IsWide(k, capacity)).Bytes;

    /// <summary>Enqueues the finish of a batch.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="input">The survivors, and what their scores are made of.</param>
    /// <param name="k">Hits of a query, 1 or more.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/>.</param>
    /// <param name="output">The answers.</param>
    /// <exception cref="ArgumentException">Lengths do not fit each other.</exception>
    public void Launch(
        CudaStream stream, in TopKInput input, int k, DeviceSlice<byte> scratch, in TopKOutput output)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        Check(input, k, scratch, output);
        int queryCount = (int)input.Counts.Length;
        long capacity = input.Words.Length / queryCount;
        bool hasGroups = !input.Groups.IsEmpty;
        bool isWide = hasGroups || IsWide(k, capacity);
        var layout = new TopKScratch(queryCount, capacity, isWide);
        if (isWide)
        {
            // More than k rows at once may be of one group, so that the k-th of them is no cut.
            EnqueueWideCut(stream, input, hasGroups ? int.MaxValue : k, layout, scratch);
        }
        else
        {
            EnqueueCut(stream, input, k, layout, scratch);
        }

        if (input.Learned is { } learned)
        {
            learned.Op.Launch(
                stream,
                learned.Similarity,
                learned.Table,
                learned.Queries,
                layout.Pairs(scratch),
                TopKScratch.PairCount(scratch),
                layout.Scores(scratch));
        }
        else
        {
            _scores.Launch(
                stream, input.Segments, layout.Pairs(scratch), TopKScratch.PairCount(scratch), layout.Scores(scratch));
        }

        if (hasGroups)
        {
            EnqueueGroups(stream, input, k, layout, scratch, output);
        }
        else if (isWide)
        {
            EnqueueWideSort(stream, input, k, layout, scratch, output);
        }
        else
        {
            EnqueueSort(stream, input, k, layout, scratch, output);
        }
    }

    /// <summary>Enqueues the cuts that samples allow.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="scores">[Q][S], S a multiple of 4; minus infinity for a row that does not pass.</param>
    /// <param name="k">Which of the best scores, 1 or more.</param>
    /// <param name="errors">[Q], how far a score may lie above the canonical one.</param>
    /// <param name="cuts">[Q], the k-th best minus the error, rounded down; minus infinity where fewer pass.</param>
    /// <param name="ways">
    /// Where it is not empty, only of queries that are scanned for in the list: it has a way for each of as many
    /// neighbouring cuts as there are times more cuts.
    /// </param>
    /// <exception cref="ArgumentException">Lengths do not fit each other.</exception>
    internal void LaunchSampleCut(
        CudaStream stream,
        DeviceSlice<float> scores,
        int k,
        DeviceSlice<float> errors,
        DeviceSlice<float> cuts,
        DeviceSlice<SearchWay> ways = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        long length = errors.IsEmpty ? 0 : scores.Length / errors.Length;
        if (errors.IsEmpty || cuts.Length != errors.Length || scores.Length % (4 * errors.Length) != 0
            || length is 0 or > int.MaxValue || scores.Address % 16 != 0
            || (!ways.IsEmpty && errors.Length % ways.Length != 0))
        {
            throw new ArgumentException(
                $"Expected an error and a cut a query and a multiple of 4 aligned scores for each; found "
                + $"{scores.Length} scores, {errors.Length} errors, {cuts.Length} cuts, {ways.Length} ways.");
        }

        _sampleCut.Launch(
            new LaunchShape((uint)errors.Length, TopK.CudaThreads, (uint)SampleBytes),
            stream,
            scores,
            (uint)length,
            (uint)k,
            (uint)TopK.ProbeRank((int)length, k),
            errors,
            cuts,
            ways,
            (uint)(ways.IsEmpty ? 1 : errors.Length / ways.Length));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _module.Dispose();
        _wideModule.Dispose();
        _sampleModule.Dispose();
        _groupsModule.Dispose();
        _scores.Dispose();
    }

    private static bool IsWide(int k, long capacity)
        => k > TopK.CudaSortMax || capacity > TopK.CudaBlockCapacityMax;

    private static void Check(in TopKInput input, int k, DeviceSlice<byte> scratch, in TopKOutput output)
    {
        long queryCount = input.Counts.Length;
        if (queryCount is 0 or > TopK.QueryCountMax || input.Words.IsEmpty || input.Words.Length % queryCount != 0
            || input.Words.Length > uint.MaxValue || input.Cuts.Length != queryCount
            || input.Twice.Length != queryCount || output.Hits.Length != queryCount * k
            || output.HitCounts.Length != queryCount || output.Status.Length != queryCount)
        {
            throw new ArgumentException(
                $"Expected 1 to {TopK.QueryCountMax} queries, each with a list of words, a cut, an error and {k} hits; "
                + $"found {queryCount} counts, {input.Words.Length} words, {input.Cuts.Length} cuts, "
                + $"{input.Twice.Length} errors, {output.Hits.Length} hits, {output.HitCounts.Length} counts of hits, "
                + $"{output.Status.Length} statuses.");
        }

        long needed = ScratchBytes((int)queryCount, k, input.Words.Length / queryCount, !input.Groups.IsEmpty);
        if (scratch.Length < needed || scratch.Address % sizeof(ulong) != 0)
        {
            throw new ArgumentException($"Expected {needed} aligned bytes of scratch, found {scratch.Length}.");
        }
    }

    private uint ResidentBlocks(CudaKernel kernel)
        => (uint)(_module.Context.Device.Multiprocessors
            * kernel.BlocksPerMultiprocessor(TopK.CudaWideThreads, WideBytes));

    private void EnqueueCut(
        CudaStream stream, in TopKInput input, int k, in TopKScratch layout, DeviceSlice<byte> scratch)
    {
        if (input.Counts.Length > 1)
        {
            stream.EnqueueZero(TopKScratch.PairCount(scratch));
        }

        _cut.Launch(
            new LaunchShape((uint)input.Counts.Length, TopK.CudaThreads, (uint)CutBytes),
            stream,
            input.Words,
            input.Counts,
            input.Cuts,
            input.Twice,
            (uint)(input.Words.Length / input.Counts.Length),
            (uint)k,
            TopKScratch.PairCount(scratch),
            layout.Starts(scratch),
            layout.Kept(scratch),
            layout.Pairs(scratch));
    }

    private void EnqueueSort(
        CudaStream stream,
        in TopKInput input,
        int k,
        in TopKScratch layout,
        DeviceSlice<byte> scratch,
        in TopKOutput output)
        => _sort.Launch(
            new LaunchShape((uint)input.Counts.Length, TopK.CudaThreads, (uint)SortBytes),
            stream,
            input.Counts,
            input.Cuts,
            (uint)(input.Words.Length / input.Counts.Length),
            (uint)k,
            layout.Starts(scratch),
            layout.Kept(scratch),
            layout.Pairs(scratch),
            layout.Scores(scratch),
            AddressOrNull(input.Keys),
            output.Hits,
            output.HitCounts,
            output.Status);

    private void EnqueueWideCut(
        CudaStream stream, in TopKInput input, int k, in TopKScratch layout, DeviceSlice<byte> scratch)
    {
        stream.EnqueueZero(layout.BoardAndBins(scratch));
        _wideCut.Launch(
            WideShape(input, _wideCutBlocks),
            stream,
            input.Words,
            input.Counts,
            input.Cuts,
            input.Twice,
            (uint)input.Counts.Length,
            (uint)(input.Words.Length / input.Counts.Length),
            (uint)k,
            scratch,
            layout.BinsOf(scratch),
            layout.Pairs(scratch));
    }

    private void EnqueueWideSort(
        CudaStream stream,
        in TopKInput input,
        int k,
        in TopKScratch layout,
        DeviceSlice<byte> scratch,
        in TopKOutput output)
        => _wideSort.Launch(
            WideShape(input, _wideSortBlocks),
            stream,
            input.Counts,
            input.Cuts,
            (uint)input.Counts.Length,
            (uint)(input.Words.Length / input.Counts.Length),
            (uint)k,
            scratch,
            layout.Pairs(scratch),
            layout.Scores(scratch),
            AddressOrNull(input.Keys),
            layout.First(scratch),
            layout.Second(scratch),
            layout.TileCounts(scratch),
            output.Hits,
            output.HitCounts,
            output.Status);

    private void EnqueueGroups(
        CudaStream stream,
        in TopKInput input,
        int k,
        in TopKScratch layout,
        DeviceSlice<byte> scratch,
        in TopKOutput output)
        => _groups.Launch(
            WideShape(input, _groupsBlocks),
            stream,
            input.Counts,
            input.Cuts,
            (uint)input.Counts.Length,
            (uint)(input.Words.Length / input.Counts.Length),
            (uint)k,
            input.Groups,
            scratch,
            layout.Pairs(scratch),
            layout.Scores(scratch),
            AddressOrNull(input.Keys),
            layout.First(scratch),
            layout.Second(scratch),
            layout.TileCounts(scratch),
            output.Hits,
            output.HitCounts,
            output.Status);

    private static ulong AddressOrNull(DeviceSlice<long> keys) => keys.IsEmpty ? 0 : keys.Address;

    private static LaunchShape WideShape(in TopKInput input, uint blocksMax)
    {
        long queryCount = input.Counts.Length;
        long tiles = ((input.Words.Length / queryCount) + TopK.CudaTile - 1) / TopK.CudaTile;
        uint blocks = (uint)Math.Min(blocksMax, queryCount * tiles);
        return new LaunchShape(blocks, TopK.CudaWideThreads, (uint)WideBytes) { IsCooperative = true };
    }
}
