using System.Runtime.InteropServices;
using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>
/// Makes Sign-OPORP codes of rows in device memory: the same bits as <see cref="SignOporp.Encode"/>. One for a context
/// and a coder; launches allocate nothing.
/// </summary>
public sealed class SignOporpCuda : IDisposable
{
    /// <summary>Threads of a block at most.</summary>
    internal const int Threads = 256;

    private readonly SignOporp _coder;
    private readonly CudaModule _module;
    private readonly CudaKernel _encode;
    private readonly DeviceBuffer<int> _places;
    private readonly DeviceBuffer<int> _binStarts;
    private readonly DeviceBuffer<Shape> _shape;
    private readonly int _rowBytes;
    private readonly LaunchShape _launch;

    /// <summary>Loads the kernel and sends the permutations.</summary>
    /// <param name="context">The device's context.</param>
    /// <param name="coder">What codes are.</param>
    /// <param name="element">What rows are made of.</param>
    /// <exception cref="ArgumentException">Rows are codes themselves, or too wide for a multiprocessor.</exception>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public SignOporpCuda(CudaContext context, SignOporp coder, CudaElement element)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(coder);
        CudaDevice device = context.Device;
        int warps = Math.Min(Threads / 32, device.SharedBytesPerBlockMax / (coder.Dim * sizeof(float)));
        if (element == CudaElement.SignCode || warps == 0)
        {
            throw new ArgumentException(
                $"Expected rows of floats or of whole numbers that fit {device.SharedBytesPerBlockMax} bytes as floats; "
                + $"found {element}, {coder.Dim} wide.");
        }

        _coder = coder;
        _rowBytes = CudaEmbedding.RowBytesOf(coder.Dim, element);
        _module = new CudaModule(context, nameof(SignOporp), CudaImages.Find(nameof(SignOporp), device.ComputeCapability));
        try
        {
            _encode = _module.GetKernel("sign_oporp");
            _encode.AllowSharedBytes(device.SharedBytesPerBlockMax);
            int sharedBytes = warps * coder.Dim * sizeof(float);
            int blocks = device.Multiprocessors * _encode.BlocksPerMultiprocessor(warps * 32, sharedBytes);
            _launch = new LaunchShape((uint)blocks, (uint)warps * 32, (uint)sharedBytes);
            _places = new DeviceBuffer<int>(context, coder.Places.Length, "permutations of codes");
            _binStarts = new DeviceBuffer<int>(context, coder.BinStarts.Length, "bins of codes");
            _shape = new DeviceBuffer<Shape>(context, 1, "shape of codes");
            using var stream = new CudaStream(context, "permutations of codes");
            stream.Upload(coder.Places, _places.Slice());
            stream.Upload(coder.BinStarts, _binStarts.Slice());
            stream.Upload<Shape>(
                [
                    new Shape
                    {
                        Places = _places.Slice().Address,
                        BinStarts = _binStarts.Slice().Address,
                        Bits = (uint)coder.Bits,
                        Dim = (uint)coder.Dim,
                        RowBytes = (uint)_rowBytes,
                    },
                ],
                _shape.Slice());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Enqueues the codes of rows.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="rows">The rows, as the constructor was told of them.</param>
    /// <param name="codes">[row][words] takes the codes of as many rows as it has room for.</param>
    /// <exception cref="ArgumentException">Rows are others, or fewer than there is room for codes.</exception>
    public void Launch(CudaStream stream, CudaEmbedding rows, DeviceSlice<ulong> codes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(rows);
        long count = codes.Length / _coder.Words;
        if (rows.Dim != _coder.Dim || rows.RowBytes != _rowBytes || codes.Length % _coder.Words != 0
            || rows.Rows.Length < count * _rowBytes || (rows.Element == CudaElement.Int8 && rows.Scales.Length < count))
        {
            throw new ArgumentException(
                $"Expected {_coder.Dim} elements and {_rowBytes} bytes a row, and room for whole codes of {_coder.Words} "
                + $"words of no more rows; found {rows.Dim}, {rows.RowBytes}, {rows.Rows.Length} bytes of rows, "
                + $"{codes.Length} words.");
        }

        _encode.Launch(
            _launch,
            stream,
            _shape.Slice(),
            rows.Rows,
            rows.Scales.IsEmpty ? 0UL : rows.Scales.Address,
            (uint)rows.Element,
            (ulong)count,
            codes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _shape?.Dispose();
        _binStarts?.Dispose();
        _places?.Dispose();
        _module.Dispose();
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Shape
    {
        public ulong Places;
        public ulong BinStarts;
        public uint Bits;
        public uint Dim;
        public uint RowBytes;
        private readonly uint _unused;
    }
}
