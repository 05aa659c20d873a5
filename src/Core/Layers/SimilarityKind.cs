namespace Linr.Layers;

/// <summary>The kinds of learned similarity that a model file may list, as the file names them.</summary>
public static class SimilarityKind
{
    /// <summary>
    /// w2 · relu(W1 (u * v) + b1) + b2 of the halves u and v: <c>inner</c> [M, H], <c>inner_bias</c> [M],
    /// <c>outer</c> [M], <c>outer_bias</c> [1]. One item half, [H].
    /// </summary>
    public const string HadamardMlp = "hadamard_mlp";

    /// <summary>
    /// A mixture of the logits of all pairs of components: <c>cross_inner</c> [H, K], <c>cross_inner_bias</c> [H],
    /// <c>cross_outer</c> [K, H], <c>cross_outer_bias</c> [K]; numbers <c>query_components</c>, <c>item_components</c>,
    /// <c>dim</c>, <c>temperature</c>. The query's half has components and gate part; the item's halves are two.
    /// </summary>
    public const string MixtureOfLogits = "mixture_of_logits";
}
