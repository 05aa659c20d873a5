using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <content>Launching.</content>
public sealed unsafe partial class CudaKernel
{
    private const int ArgumentCountMax = 64;
    private const int ParameterInfoVersion = 12_040;

    // Null where the driver does not tell.
    private readonly byte[]? _parameterBytes;

    /// <summary>Gives the kernel to the stream and returns at once; allocates nothing.</summary>
    /// <param name="shape">Grid, block and dynamic shared memory.</param>
    /// <param name="stream">A stream of the same device.</param>
    /// <param name="arguments">
    /// One for each parameter, in order, in a type as wide as the parameter. Their number and widths are checked where
    /// the driver tells them (CUDA 12.4 and newer).
    /// </param>
    /// <exception cref="ArgumentException">
    /// The arguments are too few or too many, one has another width than its parameter, or the stream is elsewhere.
    /// </exception>
    /// <exception cref="CudaException">The device cannot launch such a shape; the message has the shape.</exception>
    public void Launch(LaunchShape shape, CudaStream stream, params ReadOnlySpan<KernelArgument> arguments)
    {
        ArgumentNullException.ThrowIfNull(stream);
        CheckArguments(stream, arguments);
        CudaContext context = MakeCurrent();
        void** pointers = stackalloc void*[arguments.Length];
        fixed (KernelArgument* first = arguments)
        {
            for (int position = 0; position < arguments.Length; position++)
            {
                pointers[position] = first + position;
            }

            CudaResult result = shape.IsCooperative || shape.IsOverlapping
                ? LaunchWithAttributes(shape, stream.Handle, pointers)
                : Driver.LaunchKernel(
                    _function,
                    shape.Grid.X,
                    shape.Grid.Y,
                    shape.Grid.Z,
                    shape.Block.X,
                    shape.Block.Y,
                    shape.Block.Z,
                    shape.SharedBytes,
                    stream.Handle,
                    pointers,
                    null);
            result.OrThrow("cuLaunchKernel", context.Device, $"of '{Name}', {shape}, in stream '{stream.Name}'");
        }
    }

    private CudaResult LaunchWithAttributes(LaunchShape shape, nint stream, void** pointers)
    {
        Driver.LaunchAttribute* attributes = stackalloc Driver.LaunchAttribute[2];
        uint count = 0;
        if (shape.IsCooperative)
        {
            attributes[count++] = new() { Id = Driver.LaunchAttribute.Cooperative, Value = 1 };
        }

        if (shape.IsOverlapping)
        {
            attributes[count++] = new() { Id = Driver.LaunchAttribute.ProgrammaticStreamSerialization, Value = 1 };
        }

        var config = new Driver.LaunchConfig
        {
            GridX = shape.Grid.X,
            GridY = shape.Grid.Y,
            GridZ = shape.Grid.Z,
            BlockX = shape.Block.X,
            BlockY = shape.Block.Y,
            BlockZ = shape.Block.Z,
            SharedBytes = shape.SharedBytes,
            Stream = stream,
            Attributes = attributes,
            AttributeCount = count,
        };
        return Driver.LaunchKernelEx(&config, _function, pointers, null);
    }

    private void CheckArguments(CudaStream stream, ReadOnlySpan<KernelArgument> arguments)
    {
        if (!stream.Context.IsSameAs(Module.Context))
        {
            throw new ArgumentException(
                $"Stream '{stream.Name}' is on {stream.Context.Device}, kernel '{Name}' on {Module.Context.Device}.",
                nameof(stream));
        }

        int expected = _parameterBytes?.Length ?? Math.Min(arguments.Length, ArgumentCountMax);
        if (arguments.Length != expected)
        {
            throw new ArgumentException(
                $"Kernel '{Name}' takes {expected} arguments, not {arguments.Length}.", nameof(arguments));
        }

        for (int position = 0; position < _parameterBytes?.Length; position++)
        {
            if (arguments[position].Bytes != _parameterBytes[position])
            {
                throw new ArgumentException(
                    $"Parameter {position} of kernel '{Name}' has {_parameterBytes[position]} bytes, "
                    + $"its argument {arguments[position].Bytes}.",
                    nameof(arguments));
            }
        }
    }

    private byte[]? ReadParameters()
    {
        if (!CudaDriver.Has(ParameterInfoVersion))
        {
            return null;
        }

        var parameters = new List<byte>();
        while (Driver.FuncGetParamInfo(_function, (nuint)parameters.Count, out _, out nuint bytes)
            == CudaResult.Success)
        {
            parameters.Add((byte)nuint.Min(bytes, byte.MaxValue));
        }

        return [.. parameters];
    }
}
