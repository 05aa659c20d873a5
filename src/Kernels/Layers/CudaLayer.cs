using System.Collections.Immutable;
using Linr.Memory;

namespace Linr.Kernels.Layers;

/// <summary>One layer of a list that a device runs. Its tensors are host memory, read when the list is made.</summary>
/// <param name="Op">What it computes.</param>
/// <param name="Width">Floats of an output row.</param>
/// <param name="IsSequence">Whether its output has a row a place of the sequences, not a row a sample.</param>
public sealed record CudaLayer(LayerOp Op, int Width, bool IsSequence = false)
{
    /// <summary>The layers that it reads, by their places in the list; they stand before it.</summary>
    public ImmutableArray<int> Inputs { get; init; } = [];

    /// <summary>What <see cref="LayerOp"/> says for the op; else empty.</summary>
    public NativeSlice<float> Weight { get; init; }

    /// <summary>What <see cref="LayerOp"/> says for the op; else empty.</summary>
    public NativeSlice<float> Bias { get; init; }

    /// <summary>The factor of a scale, the epsilon of a layer norm, the heads of a causal attention.</summary>
    public double Number { get; init; }

    /// <summary>Whether the output may stand where the first input stood.</summary>
    internal bool IsInPlace => Op is LayerOp.Add or LayerOp.LayerNorm or LayerOp.L2Normalise or LayerOp.Position
        || IsCurve;

    /// <summary>Whether it is a function of each value alone.</summary>
    internal bool IsCurve => Op is LayerOp.Relu or LayerOp.Gelu or LayerOp.Silu or LayerOp.Tanh or LayerOp.Scale;
}
