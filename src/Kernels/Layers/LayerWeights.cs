using Linr.Cuda;

namespace Linr.Kernels.Layers;

/// <summary>One owner of the tensors of a list of layers in device memory, uploaded once.</summary>
internal sealed class LayerWeights : IDisposable
{
    private const int FloatsOfLine = 64;

    private readonly DeviceBuffer<float> _memory;

    /// <summary>Uploads.</summary>
    /// <exception cref="CudaException">The memory is not there.</exception>
    public LayerWeights(CudaStream stream, IReadOnlyList<CudaLayer> layers)
    {
        _memory = new DeviceBuffer<float>(stream.Context, Bytes(layers) / sizeof(float), "weights of layers");
        try
        {
            Addresses = Upload(stream, layers);
        }
        catch
        {
            _memory.Dispose();
            throw;
        }
    }

    /// <summary>Where each layer's weight and bias are; 0 for none.</summary>
    public (ulong Weight, ulong Bias)[] Addresses { get; }

    /// <summary>Bytes of device memory that the tensors of a list take.</summary>
    public static long Bytes(IReadOnlyList<CudaLayer> layers)
        => layers.Sum(layer => Padded(WeightFloats(layer)) + Padded(layer.Bias.Length)) * sizeof(float);

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    /// <summary>A linear layer's weight [out, in] as the kernel reads it: [in, out to a multiple of 4].</summary>
    internal static float[] Turn(ReadOnlySpan<float> weight, int outWidth)
    {
        int inWidth = weight.Length / outWidth;
        int stride = Stride(outWidth);
        float[] turned = new float[inWidth * stride];
        for (int unit = 0; unit < outWidth; unit++)
        {
            for (int i = 0; i < inWidth; i++)
            {
                turned[(i * stride) + unit] = weight[(unit * inWidth) + i];
            }
        }

        return turned;
    }

    private static int Stride(int outWidth) => (outWidth + 3) / 4 * 4;

    private static long WeightFloats(CudaLayer layer)
        => layer.Op == LayerOp.Linear
            ? layer.Weight.Length / layer.Width * Stride(layer.Width)
            : layer.Weight.Length;

    private static long Padded(long floats) => (floats + FloatsOfLine - 1) / FloatsOfLine * FloatsOfLine;

    private (ulong Weight, ulong Bias)[] Upload(CudaStream stream, IReadOnlyList<CudaLayer> layers)
    {
        var addresses = new (ulong Weight, ulong Bias)[layers.Count];
        long start = 0;
        for (int place = 0; place < addresses.Length; place++)
        {
            CudaLayer layer = layers[place];
            DeviceSlice<float> weight = Take(WeightFloats(layer));
            DeviceSlice<float> bias = Take(layer.Bias.Length);
            if (layer.Op == LayerOp.Linear)
            {
                stream.Upload<float>(Turn(layer.Weight.Span, layer.Width), weight);
            }
            else
            {
                stream.Upload(layer.Weight, weight);
            }

            stream.Upload(layer.Bias, bias);
            addresses[place] = (weight.IsEmpty ? 0 : weight.Address, bias.IsEmpty ? 0 : bias.Address);
        }

        return addresses;

        DeviceSlice<float> Take(long floats)
        {
            DeviceSlice<float> slice = _memory.Slice(start, floats);
            start += Padded(floats);
            return slice;
        }
    }
}
