using Linr.Cuda;

namespace Linr.Kernels.Filter;

/// <summary>
/// Evaluates the plans of a batch on a device: a mask of each, as <see cref="FilterPlan.Passes"/> says, and how many
/// rows pass. What plans share is looked up first, for 32 of them at once. One for a context; launches allocate nothing
/// and may be captured.
/// </summary>
public sealed class PlanFilterCuda : IDisposable
{
    /// <summary>Threads of a block, of either kernel.</summary>
    internal const int Threads = 256;

    /// <summary>Bytes of shared tables that a block keeps in its memory.</summary>
    internal const int TableBytes = 48 * 1024;

    private const uint SharedBytes = CudaFilterPlans.PlanCountMax * sizeof(uint);
    private const uint TablesBytes =
        SharedBytes + (CudaFilterPlans.PlanCountMax / SharedTables.PlansMax * sizeof(ulong)) + TableBytes;

    private readonly CudaModule _module;
    private readonly CudaModule _sharedModule;
    private readonly CudaKernel _kernel;
    private readonly CudaKernel _sharedKernel;
    private readonly uint _blocks;
    private readonly uint _sharedBlocks;

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
        _sharedKernel.AllowSharedBytes((int)TablesBytes);
        _blocks = (uint)(device.Multiprocessors * _kernel.BlocksPerMultiprocessor(Threads, (int)SharedBytes));
        _sharedBlocks = (uint)(device.Multiprocessors
            * _sharedKernel.BlocksPerMultiprocessor(Threads, (int)TablesBytes));
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
            Run(_sharedKernel, _sharedBlocks, TablesBytes);
        }

        Run(_kernel, _blocks, SharedBytes);

        void Run(CudaKernel kernel, uint blocks, uint sharedBytes) => kernel.Launch(
            new LaunchShape(blocks, Threads, sharedBytes), stream, table, plans.OnDevice, masks, wordStride, passed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _module.Dispose();
        _sharedModule.Dispose();
    }
}
