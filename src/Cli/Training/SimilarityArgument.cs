using System.Globalization;
using Linr.Layers;
using Linr.Training;
using Linr.Training.Similarities;

namespace Linr.Cli.Training;

/// <summary>
/// A similarity by its name: its kind, further embeddings, how many centroids and whether they are trained, joined by
/// underscores, such as <c>mixture_graph_text_300_trained</c>.
/// </summary>
internal static class SimilarityArgument
{
    private const string Trained = "trained";

    /// <summary>The options that a name stands for.</summary>
    /// <param name="option">The option that the name was given to, for messages.</param>
    /// <param name="name">The name.</param>
    /// <param name="embeddings">Embeddings that there are besides the towers'.</param>
    /// <exception cref="ArgumentException">The name has a part that is unknown.</exception>
    public static SimilarityOptions Read(string option, string name, IReadOnlyCollection<string> embeddings)
    {
        string[] parts = name.Split('_');
        var options = new SimilarityOptions
        {
            Kind = parts[0] switch
            {
                "hadamard" => SimilarityKind.HadamardMlp,
                "mixture" => SimilarityKind.MixtureOfLogits,
                _ => throw new ArgumentException($"{option}: expected hadamard or mixture; found \"{name}\"."),
            },
        };
        foreach (string part in parts.AsSpan(1))
        {
            options = part switch
            {
                _ when embeddings.Contains(part) => options with
                {
                    Embeddings = [.. options.Embeddings.DefaultIfEmpty(new TrainingOptions().Embedding), part],
                },
                Trained => options with { TrainsCentroids = true },
                _ when int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int centroids) =>
                    options with { Centroids = centroids },
                _ => throw new ArgumentException(
                    $"{option}: expected {string.Join(", ", embeddings)}, a number of centroids or {Trained} behind the "
                    + $"kind; found \"{part}\" in \"{name}\"."),
            };
        }

        return options;
    }
}
