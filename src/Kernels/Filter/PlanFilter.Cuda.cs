using Linr.Cuda;

namespace Linr.Kernels.Filter;

/// <summary>
/// Evaluates the plans of a batch on a device: a mask of each, as <see cref="FilterPlan.Passes"/> says, and how many
/// rows pass. What plans share is looked up first, for 32 of them at once. One for a context; launches allocate nothing
/// and may be captured.
/// </summary>
public sealed class PlanFilterCuda : IDisposable
{
    /// <summary>Threads of a block that evaluates whole plans.</summary>
    internal const int Threads = 256;

    /// <summary>Threads of a block that looks up what plans share.</summary>
    internal const int SharedThreads = 512;

    /// <summary>
    /// Bytes of shared tables that a block keeps in its memory, at most: two blocks then fit an H200's multiprocessor.
    /// </summary>
    private const int TableBytesMax = 44 * 1024;

    private const int CountBytes = CudaFilterPlans.PlanCountMax * sizeof(uint);

    /// <summary>Of a block that looks up: an exchange of 33 x 32 words a warp, counts, and a place for each group.</summary>
    private const int ExchangeBytes = (SharedThreads / 32 * 33 * 32 * sizeof(uint))
        + CountBytes + (CudaFilterPlans.PlanCountMax / SharedTables.PlansMax * sizeof(uint));

    private readonly CudaModule _module;
    private readonly CudaModule _sharedModule;
    private readonly CudaKernel _kernel;
    private readonly CudaKernel _sharedKernel;
    private readonly uint _blocks;
    private readonly uint _sharedBlocks;
    private readonly int _tableBytes;

    /// <summary>Loads the kernels.</summary>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public PlanFilterCuda(CudaContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        CudaDevice device = context.Device;
        _module = new CudaModule(context, "PlanFilter", CudaImages.Find("PlanFilter", device.ComputeCapability));
        _sharedModule = new CudaModule(
            context, "SharedFilter", CudaImages.Find("SharedFilter", device.ComputeCapability));
        _kernel = _module.GetKernel("plan_filter");
        _sharedKernel = _sharedModule.GetKernel("shared_filter");
        _tableBytes = Math.Min(TableBytesMax, device.SharedBytesPerBlockMax - ExchangeBytes);
        _sharedKernel.AllowSharedBytes(ExchangeBytes + _tableBytes);
        _blocks = (uint)(device.Multiprocessors * _kernel.BlocksPerMultiprocessor(Threads, CountBytes));
        _sharedBlocks = (uint)(device.Multiprocessors
            * _sharedKernel.BlocksPerMultiprocessor(SharedThreads, ExchangeBytes + _tableBytes));
    }

    /// <summary>
    /// Enqueues the masks of all plans: bit r % 64 of word r / 64 of mask f is set where row r passes plan f and is
    /// alive; bits past the last row are zero, words past its word are not written.
    /// </summary>
    /// <param name="stream">Where.</param>
    /// <param name="table">One table, read when the launch runs, as are its columns.</param>
    /// <param name="plans">The plans, whose upload is ahead in the stream.</param>
    /// <param name="masks">
    /// [plan][<paramref name="wordStride"/>]: room for as many plans as are there when the launch runs.
    /// </param>
    /// <param name="wordStride">Words of a mask; rows past 64 times as many are left out.</param>
    /// <param name="passed">[plan] how many rows pass; as many as masks, all set.</param>
    /// <exception cref="ArgumentException">Lengths do not fit each other.</exception>
    public void Launch(
        CudaStream stream,
        DeviceSlice<CudaFilterTable> table,
        CudaFilterPlans plans,
        DeviceSlice<ulong> masks,
        long wordStride,
        DeviceSlice<ulong> passed)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(plans);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(wordStride);
        if (table.Length != 1 || passed.Length < plans.PlanCount || masks.Length != passed.Length * wordStride)
        {
            throw new ArgumentException(
                $"Expected one table, a count for each of {plans.PlanCount} plans and {wordStride} words for each count; "
                + $"found {table.Length} tables, {passed.Length} counts, {masks.Length} words.");
        }

        stream.EnqueueZero(passed);
        if (passed.Length > 1)
        {
            LaunchShape shared = new(_sharedBlocks, SharedThreads, (uint)(ExchangeBytes + _tableBytes));
            _sharedKernel.Launch(shared, stream, table, plans.OnDevice, masks, wordStride, passed, (uint)_tableBytes);
        }

        _kernel.Launch(
            new LaunchShape(_blocks, Threads, CountBytes), stream, table, plans.OnDevice, masks, wordStride, passed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _module.Dispose();
        _sharedModule.Dispose();
    }
}
