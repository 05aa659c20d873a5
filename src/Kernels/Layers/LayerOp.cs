namespace Linr.Kernels.Layers;

/// <summary>What a layer of a <see cref="LayerListCuda"/> computes.</summary>
public enum LayerOp
{
    /// <summary>Source: rows that are given.</summary>
    Values,

    /// <summary>Source: <see cref="EmbeddingBag"/> of bags that are given; weight [R, width].</summary>
    Bag,

    /// <summary><see cref="Layers.Linear"/>: weight [width, inputs], bias [width] or none.</summary>
    Linear,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x / 2 (1 + erf(x / sqrt 2)).</summary>
    Gelu,

    /// <summary>x / (1 + exp(-x)).</summary>
    Silu,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>The input times a number.</summary>
    Scale,

    /// <summary><see cref="Layers.LayerNorm"/>: weight [width], bias [width]; the number is epsilon.</summary>
    LayerNorm,

    /// <summary><see cref="Layers.L2Normalise"/>.</summary>
    L2Normalise,

    /// <summary>The inputs side by side.</summary>
    Concat,

    /// <summary>The sum of the inputs, which are equally wide.</summary>
    Add,

    /// <summary>A sequence plus, at each place, that row of weight [R, width]; the last row serves beyond.</summary>
    Position,

    /// <summary><see cref="Layers.AttentionPool"/> of a sequence: weight [heads, input's width].</summary>
    AttentionPool,

    /// <summary>
    /// <see cref="Layers.CausalAttention"/>: inputs are queries, which may be a row a sample, keys and values; the
    /// number is that of heads; bias [heads, R] or none.
    /// </summary>
    CausalAttention,

    /// <summary>The latest row of a sequence; zeros where it is empty.</summary>
    Latest,
}
