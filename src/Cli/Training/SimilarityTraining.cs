using System.CommandLine;
using Linr.Cli.Terminal;
using Linr.Layers;
using Linr.Training;
using Linr.Training.Embeddings;
using Linr.Training.Similarities;
using Spectre.Console;

namespace Linr.Cli.Training;

/// <summary>Trains the learned similarities that `linr train` is asked for, on its towers.</summary>
internal static class SimilarityTraining
{
    private static readonly SimilarityOptions s_defaults = new();

    private static readonly Option<string[]> s_similarities = new("--similarity")
    {
        Description = "A learned similarity to train on the towers too, which requests name: hadamard (a network over the "
            + "product of both halves) or mixture (a mixture of logits of several components). Embeddings and centroids "
            + "may stand behind it, such as mixture_graph_text_300 or mixture_100_trained.",
        HelpName = "hadamard|mixture",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string[]> s_embeddings = new("--embeddings")
    {
        Description = "Embeddings that the similarities read: default (the towers'), graph (who chose what), text (the "
            + "words of features), and those that the items come with.",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int[]> s_centroids = new("--centroids")
    {
        Description = "Centroids of the items, the closest of which is a further component of a mixture; several numbers "
            + "train a mixture each.",
        HelpName = "NUMBER",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> s_trainCentroids = new("--train-centroids")
    {
        Description = "Centroids learn too; else they stay as k-means leaves them.",
    };

    private static readonly Option<int> s_negatives = new("--similarity-negatives")
    {
        Description = "Items drawn evenly each step, for each similarity.",
        DefaultValueFactory = _ => s_defaults.Negatives,
    };

    private static readonly Option<int> s_epochs = new("--similarity-epochs")
    {
        Description = "Passes over the data at most, for each similarity.",
        DefaultValueFactory = _ => s_defaults.Epochs,
    };

    private static readonly Option<bool> s_joint = new("--joint")
    {
        Description = "The towers learn with the similarity too, or with the ranker, by its gradient and their own losses.",
    };

    /// <summary>Whether towers learn with what stands on them.</summary>
    public static Option<bool> Joint => s_joint;

    public static IReadOnlyList<Option> All { get; } =
        [s_similarities, s_embeddings, s_centroids, s_trainCentroids, s_negatives, s_epochs, s_joint];

    /// <summary>How to train those that are asked for.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="given">The embeddings that the items come with.</param>
    /// <exception cref="ArgumentException">One is unknown, or asked for twice.</exception>
    public static SimilarityOptions[] Read(CommandContext context, IEnumerable<EmbeddingSchema> given)
    {
        string[] embeddings = [EmbeddingTrainer.Graph, EmbeddingTrainer.Text, .. given.Select(one => one.Name)];
        SimilarityOptions[] options =
        [
            .. (context.Find(s_similarities) ?? []).SelectMany(name => OfName(context, name, embeddings)).Select(one => one with
            {
                Epochs = context.Get(s_epochs),
                Negatives = context.Get(s_negatives),
                TrainsTowers = IsJoint(context),
            }),
        ];
        Array.ForEach(options, one => one.Validate());
        if (options.GroupBy(one => one.ChosenName).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"{s_similarities.Name}: expected each once; found {twice.Key} twice.");
        }

        if (IsJoint(context) && options.Length != 1)
        {
            // A second one would move the towers from under the first.
            throw new ArgumentException(
                $"{s_joint.Name}: expected --rank, or one {s_similarities.Name}; found {options.Length}.");
        }

        return options;
    }

    // With a ranker, that is what is trained jointly with the towers.
    private static bool IsJoint(CommandContext context) => context.Get(s_joint) && !RankerTraining.IsWanted(context);

    // One that says no more than its kind gets what the other options say.
    private static IEnumerable<SimilarityOptions> OfName(CommandContext context, string name, string[] embeddings)
    {
        SimilarityOptions own = SimilarityArgument.Read(s_similarities.Name, name, embeddings);
        if (name.Contains('_', StringComparison.Ordinal))
        {
            return [own];
        }

        own = own with { Embeddings = [.. context.Find(s_embeddings) ?? []] };
        if (own.Embeddings.Except(embeddings.Prepend(new TrainingOptions().Embedding)).FirstOrDefault() is { } unknown)
        {
            throw new ArgumentException(
                $"{s_embeddings.Name}: expected one of {new TrainingOptions().Embedding}, {string.Join(", ", embeddings)}; "
                + $"found \"{unknown}\".");
        }

        int[] centroids = own.Kind == SimilarityKind.MixtureOfLogits ? context.Find(s_centroids) ?? [] : [];
        return centroids.DefaultIfEmpty(0).Select(count => own with
        {
            Centroids = count,
            TrainsCentroids = count > 0 && context.Get(s_trainCentroids),
        });
    }

    /// <summary>Trains them, one after the other; the caller disposes them.</summary>
    public static List<TrainedSimilarity> Run(
        TrainedModel model, IReadOnlyList<SimilarityOptions> options, IAnsiConsole console, CancellationToken cancellation)
    {
        var trained = new List<TrainedSimilarity>();
        try
        {
            string[] embeddings = [.. options.SelectMany(one => one.Embeddings).Distinct().Order(StringComparer.Ordinal)];
            foreach (string embedding in embeddings.Where(name => name != model.Run.Options.Embedding))
            {
                console.Status().Start($"embedding {embedding}", _ => EmbeddingTrainer.Add(model, embedding));
            }

            foreach (SimilarityOptions one in options)
            {
                SimilarityOptions seeded = one with { Seed = model.Run.Options.Seed };
                trained.Add(TrainingView.Show(
                    console, progress => SimilarityTrainer.Run(model, seeded, progress, cancellation)));
            }

            return trained;
        }
        catch
        {
            trained.ForEach(similarity => similarity.Dispose());
            throw;
        }
    }
}
