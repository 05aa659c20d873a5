using System.Numerics;

namespace Linr.Kernels;

/// <summary>One pass of a search: some queries of a request through the whole pipeline, again if lists overflow.</summary>
internal readonly ref struct SearchPass(
    SearchOps ops,
    DeviceSearchRequest request,
    DeviceSearchWorkspace workspace,
    SearchShape shape,
    int firstQuery,
    int queryCount,
    CancellationToken cancellation)
{
    /// <summary>Runs it and leaves the answers in the workspace.</summary>
    public void Run()
    {
        SearchPlans plans = workspace.Plans;
        plans.Collect(request, firstQuery, queryCount);
        SearchShape own = shape with
        {
            Plans = plans.Count == 0 ? 0 : (int)BitOperations.RoundUpToPowerOf2((uint)plans.Count),
        };
        SearchMemory memory = workspace.Memory(own);
        new SearchUpload(request, own, memory).Write(firstQuery, queryCount, plans.PlanOf, plans.Count);
        if (plans.Count > 0)
        {
            plans.OnDevice.EnqueueUpload(workspace.Stream);
        }

        SearchMode mode = own.IsFiltered ? SearchMode.Filtered : SearchMode.Plain;
        bool isEstimated = own.SampleTiles > 0;
        Launch(mode, isEstimated, own, memory, isRepeat: false);
        if (isEstimated && HasCutTooHigh(memory))
        {
            RaiseLowest(memory);
            Repeat(mode, own, memory);
        }

        if (HasOverflow(memory) && RaiseLowest(memory))
        {
            Repeat(mode, own, memory);
        }

        if (HasOverflow(memory))
        {
            RunByStretches(own, memory);
        }

        workspace.Take(request, own, memory, firstQuery, queryCount);
    }

    /// <summary>Whether fewer than K rows reach the cut of a query.</summary>
    private bool HasCutTooHigh(SearchMemory memory)
        => memory.Reads(memory.Counts)[..queryCount].Contains(FusedScan.CutTooHigh);

    /// <summary>Whether a list of survivors was too short.</summary>
    private bool HasOverflow(SearchMemory memory)
    {
        foreach (TopKStatus status in memory.Reads(memory.Status)[..queryCount])
        {
            if (status == TopKStatus.Overflow)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Takes the last cuts for lowest scores, which no hit is below; false if one whose list was too short has none.
    /// </summary>
    private bool RaiseLowest(SearchMemory memory)
    {
        Span<float> lowest = memory.Writes(memory.Lowest);
        ReadOnlySpan<float> cuts = memory.Reads(memory.LastCuts);
        bool isRaised = true;
        for (int q = 0; q < queryCount; q++)
        {
            isRaised &= cuts[q] > lowest[q] || memory.Reads(memory.Status)[q] != TopKStatus.Overflow;
            lowest[q] = Math.Max(lowest[q], cuts[q]);
        }

        return isRaised;
    }

    /// <summary>
    /// Goes through the rows in stretches that the lists have room for, whatever survives; the best so far take part in
    /// the next.
    /// </summary>
    private void RunByStretches(in SearchShape own, SearchMemory memory)
    {
        uint stretch = (uint)(own.Survivors - own.Hits);
        ref DeviceSearchHead head = ref memory.Writes(memory.Head)[0];
        head.ListsAll = 1;
        workspace.Stream.EnqueueZero(memory.HitCounts);
        for (long first = 0; first < request.Table.RowCount; first += stretch)
        {
            cancellation.ThrowIfCancellationRequested();
            head.FirstRow = (uint)first;
            head.EndRow = (uint)Math.Min(first + stretch, request.Table.RowCount);
            Launch(SearchMode.Stretch, isEstimated: false, own, memory, isRepeat: true);
            RaiseLowest(memory);
        }
    }

    /// <summary>Runs it again, with cuts that are no estimates.</summary>
    private void Repeat(SearchMode mode, in SearchShape own, SearchMemory memory)
    {
        new SearchUpload(request, own, memory).WriteBatches(queryCount, isEstimated: false);
        Launch(mode, isEstimated: false, own, memory, isRepeat: true);
    }

    private void Launch(SearchMode mode, bool isEstimated, in SearchShape own, SearchMemory memory, bool isRepeat)
    {
        workspace.Launch(ops, mode, isEstimated, own, memory, request);
        workspace.Count(memory, mode, queryCount, isRepeat);
    }
}
