using System.CommandLine;
using Linr.Cli.Terminal;
using Linr.Layers;
using Linr.Training;
using Linr.Training.Similarities;
using Spectre.Console;

namespace Linr.Cli.Training;

/// <summary>Trains the learned similarities that `linr train` is asked for, on its towers.</summary>
internal static class SimilarityTraining
{
    private static readonly SimilarityOptions s_defaults = new();

    private static readonly Option<string[]> s_similarities = new("--similarity")
    {
        Description = "A learned similarity to train on the towers too: hadamard (a network over the product of both "
            + "halves) or mixture (a mixture of logits of several components). Requests name it.",
        HelpName = "hadamard|mixture",
        AllowMultipleArgumentsPerToken = true,
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

    public static IReadOnlyList<Option> All { get; } = [s_similarities, s_epochs, s_joint];

    /// <summary>How to train those that are asked for.</summary>
    /// <exception cref="ArgumentException">One is unknown, or asked for twice.</exception>
    public static SimilarityOptions[] Read(CommandContext context)
    {
        string[] names = context.Find(s_similarities) ?? [];
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"{s_similarities.Name}: expected each once; found {twice.Key} twice.");
        }

        bool isJoint = context.Get(s_joint) && !RankerTraining.IsWanted(context);
        if (isJoint && names.Length != 1)
        {
            // A second one would move the towers from under the first.
            throw new ArgumentException($"{s_joint.Name}: expected --rank, or one {s_similarities.Name}; found {names.Length}.");
        }

        return [.. names.Select(name => new SimilarityOptions
        {
            Kind = name switch
            {
                "hadamard" => SimilarityKind.HadamardMlp,
                "mixture" => SimilarityKind.MixtureOfLogits,
                _ => throw new ArgumentException($"{s_similarities.Name}: expected hadamard or mixture; found \"{name}\"."),
            },
            Epochs = context.Get(s_epochs),
            TrainsTowers = isJoint,
        })];
    }

    /// <summary>Trains them, one after the other; the caller disposes them.</summary>
    public static List<TrainedSimilarity> Run(
        TrainedModel model, IReadOnlyList<SimilarityOptions> options, IAnsiConsole console, CancellationToken cancellation)
    {
        var trained = new List<TrainedSimilarity>();
        try
        {
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
