using System.Numerics;
using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>
/// Keeps, of the rows that pass a filter, the best by their codes, exactly as many as are wanted and in the order of a
/// search: score descending, then the table's order. What is kept stays on the device, as a mask or a list of rows: LiNR's
/// quantized filtering (V3), for a search of what is kept, or for very many rows. One for a context.
/// </summary>
/// <remarks>Launches neither wait nor allocate, and read counts on the device, so that a graph may hold them.</remarks>
public sealed class CodeSelectCuda : IDisposable
{
    /// <summary>Threads of a block.</summary>
    internal const int Threads = 256;

    /// <summary>Bins of a histogram.</summary>
    internal const int Bins = 2_048;

    /// <summary>Steps in which a value is found among all that queries of whole numbers may have.</summary>
    internal const int ValueSteps = 2;

    /// <summary>Steps in which a number of the order is found.</summary>
    internal const int OrderSteps = 6;

    /// <summary>What blocks tell each other about a query.</summary>
    internal const int BoardBytes = HeadBytes + ((4 + ValueSteps + OrderSteps) * Bins * sizeof(uint));

    private const int HeadBytes = 256;
    private const int SampleGroupsUsual = 16_384;
    /// <summary>Pieces of a warp's ring at most.</summary>
    internal const int StagesMax = 6;

    /// <summary>Shared memory of a block ahead of its rings.</summary>
    internal const int BlockBytes = ((CodeScores.PlanesMax * SignOporp.BitsMax / 8) + (Bins * sizeof(uint))
        + (Threads / 32 * sizeof(uint)) + (4 * sizeof(uint))
        + (Threads / 32 * ((StagesMax * sizeof(ulong)) + sizeof(uint))) + 127) / 128 * 128;

    private const int StepRows = 64;
    private const int PieceBytesMin = 4_096;
    private const int RingBlocks = 2;

    private readonly CudaModule _module;
    private readonly CudaKernel _select;
    private readonly CudaKernel _list;
    private readonly CudaDevice _device;
    private readonly uint _listBlocks;

    /// <summary>Loads the kernels.</summary>
    /// <param name="context">The device's context.</param>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public CodeSelectCuda(CudaContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        CudaDevice device = context.Device;
        _device = device;
        _module = new CudaModule(context, "CodeSelect", CudaImages.Find("CodeSelect", device.ComputeCapability));
        _select = _module.GetKernel("select_codes");
        _list = _module.GetKernel("list_rows");
        _select.AllowSharedBytes(device.SharedBytesPerBlockMax);
        _listBlocks = (uint)(device.Multiprocessors * _list.BlocksPerMultiprocessor(Threads, SearchStepsCuda.RowListBytes));
    }

    /// <summary>Groups of 64 rows of a sample; fewer in tests of samples that mislead.</summary>
    internal int SampleGroups { get; init; } = SampleGroupsUsual;

    /// <summary>Bytes of scratch that a launch needs; what they hold before and after does not matter.</summary>
    /// <param name="queryCount">Choices of a launch.</param>
    /// <param name="rowCount">Rows of the table.</param>
    public static long ScratchBytes(int queryCount, long rowCount)
        => HeadBytes + ((long)queryCount * BoardBytes) + (2 * PlaneBytes(FusedScan.MaskWords(rowCount)));

    /// <summary>Enqueues choices, one after the other.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="codes">One table, of codes.</param>
    /// <param name="rowBytes">Bytes of a code.</param>
    /// <param name="choices">What to keep for each query; read when it runs.</param>
    /// <param name="maskWords">Words of each mask.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/>.</param>
    /// <exception cref="ArgumentException">Lengths do not fit.</exception>
    public void Launch(
        CudaStream stream,
        DeviceSlice<CudaScanTable> codes,
        int rowBytes,
        DeviceSlice<CudaCodeChoice> choices,
        long maskWords,
        DeviceSlice<byte> scratch)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(maskWords);
        long boards = choices.Length * BoardBytes;
        long planes = HeadBytes + boards;
        if (codes.Length != 1 || scratch.Length < planes + (2 * PlaneBytes(maskWords)) || scratch.Address % HeadBytes != 0)
        {
            throw new ArgumentException(
                $"Expected one table and {planes + (2 * PlaneBytes(maskWords))} aligned bytes of scratch for "
                + $"{choices.Length} choices; found {codes.Length} tables and {scratch.Length} bytes.");
        }

        stream.EnqueueZero(scratch.Slice(0, planes));
        DeviceSlice<ulong> low = scratch.Slice(planes, maskWords * sizeof(ulong)).Cast<ulong>();
        DeviceSlice<ulong> high =
            scratch.Slice(planes + PlaneBytes(maskWords), maskWords * sizeof(ulong)).Cast<ulong>();
        int stages = Stages(rowBytes);
        int sharedBytes = BlockBytes + (stages * Threads / 32 * PieceBytes(rowBytes));
        int blocks = _device.Multiprocessors * _select.BlocksPerMultiprocessor(Threads, sharedBytes);
        _select.Launch(
            new LaunchShape((uint)blocks, Threads, (uint)sharedBytes) { IsCooperative = true },
            stream,
            codes,
            choices,
            (uint)choices.Length,
            low,
            high,
            (ulong)maskWords,
            scratch.Slice(HeadBytes, boards),
            scratch.Slice(0, sizeof(uint)),
            (uint)SampleGroups,
            (uint)stages);
    }

    /// <summary>Enqueues a list of a mask's rows, in runs of rising order.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="mask">A bit a row.</param>
    /// <param name="rows">Takes them, as far as there is room.</param>
    /// <param name="count">One number: takes how many there are.</param>
    public void List(CudaStream stream, DeviceSlice<ulong> mask, DeviceSlice<uint> rows, DeviceSlice<uint> count)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.EnqueueZero(count);
        _list.Launch(
            new LaunchShape(_listBlocks, Threads, SearchStepsCuda.RowListBytes),
            stream,
            mask,
            (ulong)mask.Length,
            rows,
            (ulong)rows.Length,
            count);
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();

    /// <summary>Pieces of a warp's ring: as many as fit; 0 where there are no bulk copies, or codes are of odd words.</summary>
    private int Stages(int rowBytes)
    {
        bool hasRings = WarpRings.Serves(_device) && BitOperations.IsPow2(rowBytes);
        int room = (_device.SharedBytesPerMultiprocessor / RingBlocks) - BlockBytes - 1_024;
        int pieces = Math.Max(2, room / (Threads / 32 * PieceBytes(rowBytes)));
        return hasRings ? Math.Min(StagesMax, pieces) : 0;
    }

    /// <summary>Bytes of a piece: steps that are looked at together.</summary>
    private static int PieceBytes(int rowBytes) => Math.Max(PieceBytesMin, StepRows * rowBytes);

    private static long PlaneBytes(long maskWords)
        => ((maskWords * sizeof(ulong)) + HeadBytes - 1) / HeadBytes * HeadBytes;
}
