using Linr.Kernels.Similarities;
using Linr.Layers;

namespace Linr.Engine.Similarities;

/// <summary>The arithmetic of a similarity that a model lists.</summary>
public static class SimilarityKernel
{
    /// <summary>Makes it of a similarity's tensors.</summary>
    /// <param name="spec">The similarity.</param>
    /// <param name="tensor">The values of a tensor by what it is for.</param>
    /// <exception cref="LayerException">They do not fit each other, or the kind is unknown.</exception>
    public static LearnedSimilarity Create(SimilaritySpec spec, Func<string, float[]> tensor)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(tensor);
        try
        {
            return spec.Kind switch
            {
                SimilarityKind.HadamardMlp => new HadamardMlp(
                    tensor("inner"), tensor("inner_bias"), tensor("outer"), One(tensor("outer_bias"))),
                SimilarityKind.MixtureOfLogits => new MixtureOfLogits(
                    new MixtureShape(
                        (int)spec.Numbers["query_components"],
                        (int)spec.Numbers["item_components"],
                        (int)spec.Numbers["dim"],
                        (float)spec.Numbers["temperature"]),
                    tensor("cross_inner"),
                    tensor("cross_inner_bias"),
                    tensor("cross_outer"),
                    tensor("cross_outer_bias")),
                _ => throw new LayerException($"Similarity \"{spec.Name}\": unknown kind \"{spec.Kind}\"."),
            };
        }
        catch (ArgumentException problem)
        {
            throw new LayerException($"Similarity \"{spec.Name}\": {problem.Message}", problem);
        }

        float One(float[] bias) => bias is [var one] ? one
            : throw new LayerException($"Similarity \"{spec.Name}\": expected one outer_bias; found {bias.Length}.");
    }
}
