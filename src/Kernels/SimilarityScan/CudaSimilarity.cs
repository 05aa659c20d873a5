using System.Globalization;
using System.Runtime.InteropServices;
using Linr.Cuda;
using Linr.Kernels.Similarities;

namespace Linr.Kernels;

/// <summary>
/// A learned similarity whose weights are in device memory, for <see cref="DeviceSearchRequest.Learned"/>. Immutable;
/// safe for concurrent use. Dispose it when no search runs.
/// </summary>
public sealed class CudaSimilarity : IDisposable
{
    private readonly DeviceBuffer<float> _weights;

    /// <summary>Sends the weights.</summary>
    /// <param name="context">Where.</param>
    /// <param name="similarity">The similarity, one that <see cref="WhyNot"/> says nothing against.</param>
    /// <exception cref="ArgumentException">Devices have no kernels of such a similarity.</exception>
    /// <exception cref="CudaException">The memory is not there, or a call failed.</exception>
    public CudaSimilarity(CudaContext context, LearnedSimilarity similarity)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(similarity);
        Similarity = similarity;
        float[][] parts;
        switch (similarity)
        {
            case HadamardMlp network:
                (Kind, Width, Hidden, QueryComponents, ItemComponents) =
                    (CudaSimilarityKind.Hadamard, network.QueryWidth, network.Hidden, 1, 1);
                parts =
                [
                    network.Inner.ToArray(), network.InnerBias.ToArray(), network.Outer.ToArray(), [network.OuterBias],
                ];
                break;
            case MixtureOfLogits mixture:
                MixtureShape shape = mixture.Shape;
                (Kind, Width, Hidden, QueryComponents, ItemComponents) = (CudaSimilarityKind.Mixture, shape.Dim,
                    mixture.Hidden, shape.QueryComponents, shape.ItemComponents);
                parts =
                [
                    Transposed(mixture.CrossInner, Hidden, Pairs),
                    Padded(mixture.CrossInnerBias[..Hidden]),
                    Transposed(mixture.CrossOuter, Pairs, Hidden),
                    Padded(mixture.CrossOuterBias[..Pairs]),
                ];
                Gate = MixtureGate.Fits(mixture) ? new MixtureGate(mixture) : null;
                break;
            default:
                throw new ArgumentException(WhyNot(similarity, []), nameof(similarity));
        }

        // A mixture's parts are whole warps, so that the gate begins at a multiple of 16 bytes.
        int[] starts = new int[parts.Length + 1];
        for (int i = 0; i < parts.Length; i++)
        {
            starts[i + 1] = starts[i] + parts[i].Length;
        }

        float[] gate = Gate is null ? [] : MemoryMarshal.Cast<byte, float>(Gate.Image.Span).ToArray();
        _weights = new DeviceBuffer<float>(context, starts[^1] + gate.Length, "weights of a similarity");
        try
        {
            using CudaStream stream = new(context, "weights of a similarity");
            stream.Upload<float>([.. parts.SelectMany(part => part), .. gate], _weights.Slice());
        }
        catch
        {
            _weights.Dispose();
            throw;
        }

        Inner = _weights.Slice(starts[0], parts[0].Length);
        InnerBias = _weights.Slice(starts[1], parts[1].Length);
        Outer = _weights.Slice(starts[2], parts[2].Length);
        OuterBias = _weights.Slice(starts[3], parts[3].Length);
        GateImage = Gate is null ? default : _weights.Slice(starts[4], gate.Length);
    }

    /// <summary>The similarity.</summary>
    public LearnedSimilarity Similarity { get; }

    /// <summary>Bytes of device memory that it takes.</summary>
    public long Bytes => _weights.Bytes;

    internal CudaSimilarityKind Kind { get; }

    internal int Width { get; }

    internal int Hidden { get; }

    internal int QueryComponents { get; }

    internal int ItemComponents { get; }

    internal DeviceSlice<float> Inner { get; }

    internal DeviceSlice<float> InnerBias { get; }

    internal DeviceSlice<float> Outer { get; }

    internal DeviceSlice<float> OuterBias { get; }

    /// <summary>What the second estimate of a mixture is made by; null where its shape is another.</summary>
    internal MixtureGate? Gate { get; }

    /// <summary>Its image, or empty.</summary>
    internal DeviceSlice<float> GateImage { get; }

    /// <summary>Pairs of components.</summary>
    internal int Pairs => QueryComponents * ItemComponents;

    /// <summary>Floats of a mixture's weights: what a block may have in shared memory.</summary>
    internal int WeightFloats => Kind == CudaSimilarityKind.Hadamard
        ? 0
        : ((Pairs + 1) * Pad(Hidden)) + ((Hidden + 1) * Pad(Pairs));

    /// <summary>Floats of shared memory that a warp computes whole logits of a mixture in.</summary>
    internal int ScratchFloats => Kind == CudaSimilarityKind.Hadamard
        ? 0
        : ((2 * Pairs) + Hidden) * SimilarityScoresCuda.PairsAtOnce;

    /// <summary>Why devices cannot score by a similarity; null where they can.</summary>
    /// <param name="similarity">The similarity.</param>
    /// <param name="halves">What the items' halves are made of on the device; none: not looked at.</param>
    public static string? WhyNot(LearnedSimilarity similarity, ReadOnlySpan<CudaElement> halves)
    {
        ArgumentNullException.ThrowIfNull(similarity);
        foreach (CudaElement element in halves)
        {
            if (element is CudaElement.Int8 or CudaElement.SignCode)
            {
                return string.Create(CultureInfo.InvariantCulture, $"its halves are {element}");
            }
        }

        return similarity switch
        {
            HadamardMlp => null,
            MixtureOfLogits { Shape: { ItemComponents: > 1 } shape } when !halves.IsEmpty
                && halves[0].Bytes(shape.Dim) % FusedScan.RowAlignment != 0
                => $"components of {shape.Dim} numbers are no multiple of {FusedScan.RowAlignment} bytes",
            MixtureOfLogits => null,
            _ => $"it has no kernels of {similarity.GetType().Name}",
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();

    /// <summary>Columns as a warp reads them: a multiple of its lanes.</summary>
    private static int Pad(int columns) => (columns + 31) / 32 * 32;

    private static float[] Padded(ReadOnlySpan<float> values)
        => [.. values, .. new float[Pad(values.Length) - values.Length]];

    /// <summary>[columns, depth] as [depth][padded columns].</summary>
    private static float[] Transposed(ReadOnlySpan<float> weights, int columns, int depth)
    {
        int padded = Pad(columns);
        var turned = new float[padded * depth];
        for (int i = 0; i < weights.Length; i++)
        {
            turned[(i % depth * padded) + (i / depth)] = weights[i];
        }

        return turned;
    }
}
