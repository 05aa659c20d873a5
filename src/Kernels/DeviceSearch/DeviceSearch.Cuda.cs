using System.Runtime.CompilerServices;
using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>The small kernels between the ops of a search; one for a context. Launches allocate nothing.</summary>
internal sealed class SearchStepsCuda : IDisposable
{
    /// <summary>Threads of a block: one a query or plan.</summary>
    internal const int Threads = FusedScan.QueriesMax;

    private const uint ChooseBytes = (Threads + 2) * sizeof(ulong);
    /// <summary>What a block that lists rows has in shared memory.</summary>
    internal const int RowListBytes = (Threads * 64 * sizeof(ushort)) + (((Threads / 32) + 2) * sizeof(uint));

    private const uint ListBytes = RowListBytes + sizeof(ulong) + (Threads * sizeof(uint));
    private static readonly LaunchShape s_oneBlock = new(1, Threads);

    private readonly CudaModule _module;
    private readonly CudaKernel _choose;
    private readonly CudaKernel _list;
    private readonly CudaKernel _direct;
    private readonly CudaKernel _carry;
    private readonly uint _listBlocks;

    /// <summary>Loads the kernels.</summary>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public SearchStepsCuda(CudaContext context)
    {
        CudaDevice device = context.Device;
        _module = new CudaModule(context, "DeviceSearch", CudaImages.Find("DeviceSearch", device.ComputeCapability));
        _choose = _module.GetKernel("search_choose");
        _list = _module.GetKernel("search_list");
        _direct = _module.GetKernel("search_direct");
        _carry = _module.GetKernel("search_carry");
        _listBlocks = (uint)(device.Multiprocessors * _list.BlocksPerMultiprocessor(Threads, (int)ListBytes));
    }

    /// <summary>Enqueues the choice between a scan of all rows and one of listed rows, a query.</summary>
    public void Choose(CudaStream stream, SearchMemory memory)
    {
        uint stride = (uint)(Unsafe.SizeOf<CudaScanBatch>() / sizeof(uint));
        _choose.Launch(
            s_oneBlock with { SharedBytes = ChooseBytes },
            stream,
            memory.Head,
            memory.Passed,
            memory.Filters,
            memory.DenseRowCount,
            memory.Ways,
            memory.ListedPlans,
            memory.ListCount,
            memory.DenseCuts,
            memory.ListCuts,
            memory.Levels,
            memory.Batches.Cast<uint>().Slice(stride + CudaScanBatch.SampleRowsPlace, 1),
            stride,
            (uint)(memory.Batches.Length / SearchMemory.BatchesPerLaunch));
    }

    /// <summary>Enqueues the list of the rows that any of the chosen plans passes.</summary>
    public void List(CudaStream stream, SearchMemory memory)
        => _list.Launch(
            new LaunchShape(_listBlocks, Threads, ListBytes),
            stream,
            memory.Head,
            memory.Masks,
            memory.MaskWords,
            memory.Filters,
            memory.ListedPlans,
            memory.List,
            (uint)memory.List.Length,
            memory.ListCount);

    /// <summary>Enqueues the survivors of the queries that few rows pass.</summary>
    public void Direct(CudaStream stream, SearchMemory memory)
        => _direct.Launch(
            new LaunchShape(_listBlocks, Threads, ListBytes),
            stream,
            memory.Head,
            memory.Masks,
            memory.MaskWords,
            memory.Filters,
            memory.Ways,
            memory.Words,
            (uint)(memory.Words.Length / memory.Counts.Length),
            memory.Levels);

    /// <summary>Enqueues what makes survivors of the hits that are known.</summary>
    public void Carry(CudaStream stream, SearchMemory memory)
        => _carry.Launch(
            new LaunchShape((uint)memory.HitCounts.Length, Threads),
            stream,
            memory.Head,
            memory.Hits,
            memory.HitCounts,
            (uint)(memory.Hits.Length / memory.HitCounts.Length),
            memory.Words,
            (uint)(memory.Words.Length / memory.HitCounts.Length),
            memory.Levels);

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();
}
