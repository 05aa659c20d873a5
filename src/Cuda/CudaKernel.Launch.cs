using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <content>Launching.</content>
public sealed unsafe partial class CudaKernel
{
    private const int ArgumentCountMax = 64;
    private const int ParameterInfoVersion = 12_040;
    private const int Unknown = -1;

    private readonly int _parameterCount;

    /// <summary>Gives the kernel to the stream and returns at once; allocates nothing.</summary>
    /// <param name="shape">Grid, block and dynamic shared memory.</param>
    /// <param name="stream">A stream of the same device.</param>
    /// <param name="arguments">
    /// One for each parameter, in order, in a type as wide as the parameter. Their number is checked where the driver
    /// tells it (CUDA 12.4 and newer).
    /// </param>
    /// <exception cref="ArgumentException">The arguments are too few or too many, or the stream is elsewhere.</exception>
    /// <exception cref="CudaException">The device cannot launch such a shape; the message has the shape.</exception>
    public void Launch(LaunchShape shape, CudaStream stream, params ReadOnlySpan<KernelArgument> arguments)
    {
        ArgumentNullException.ThrowIfNull(stream);
        CheckArguments(stream, arguments.Length);
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

    private void CheckArguments(CudaStream stream, int count)
    {
        if (!stream.Context.IsSameAs(Module.Context))
        {
            throw new ArgumentException(
                $"Stream '{stream.Name}' is on {stream.Context.Device}, kernel '{Name}' on {Module.Context.Device}.",
                nameof(stream));
        }

        if (count > ArgumentCountMax || (_parameterCount != Unknown && count != _parameterCount))
        {
            string expected = _parameterCount == Unknown ? $"at most {ArgumentCountMax}" : $"{_parameterCount}";
            throw new ArgumentException($"Kernel '{Name}' takes {expected} arguments, not {count}.", nameof(count));
        }
    }

    private int CountParameters()
    {
        if (!CudaDriver.Has(ParameterInfoVersion))
        {
            return Unknown;
        }

        int count = 0;
        while (Driver.FuncGetParamInfo(_function, (nuint)count, out _, out nuint bytes) == CudaResult.Success)
        {
            if (bytes > sizeof(ulong))
            {
                throw new NotSupportedException(
                    $"Parameter {count} of kernel '{Name}' has {bytes} bytes; at most {sizeof(ulong)} can be given.");
            }

            count++;
        }

        return count;
    }
}
