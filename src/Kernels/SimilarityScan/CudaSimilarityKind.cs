namespace Linr.Kernels;

/// <summary>The learned similarities that devices have kernels of.</summary>
internal enum CudaSimilarityKind
{
    /// <summary><see cref="Similarities.HadamardMlp"/>.</summary>
    Hadamard,

    /// <summary><see cref="Similarities.MixtureOfLogits"/>.</summary>
    Mixture,
}
