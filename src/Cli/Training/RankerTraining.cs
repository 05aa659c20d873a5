using System.CommandLine;
using Linr.Cli.Terminal;
using Linr.Training;
using Linr.Training.Rankers;
using Linr.Training.Similarities;
using Spectre.Console;

namespace Linr.Cli.Training;

/// <summary>Trains the ranker that `linr train` is asked for, on its towers and its similarity.</summary>
internal static class RankerTraining
{
    private static readonly RankerOptions s_defaults = new();

    private static readonly Option<bool> s_rank = new("--rank")
    {
        Description = "Trains a ranker on the towers too (on the similarity, where there is one): it puts the best "
            + "candidates of a search in order. With --joint, all learn together.",
    };

    private static readonly Option<string> s_name = new("--rank-name")
    {
        Description = "The ranker's name, by which requests ask for it.",
        DefaultValueFactory = _ => s_defaults.Name,
    };

    private static readonly Option<int> s_epochs = new("--rank-epochs")
    {
        Description = "Passes over the data at most, for the ranker.",
        DefaultValueFactory = _ => s_defaults.Epochs,
    };

    private static readonly Option<int> s_tuneEpochs = new("--rank-tune-epochs")
    {
        Description = "Passes at most, afterwards, over interactions that the towers have not learned from.",
        DefaultValueFactory = _ => s_defaults.TuneEpochs,
    };

    private static readonly Option<int> s_candidates = new("--rank-candidates")
    {
        Description = "Candidates that the ranker ranks.",
        DefaultValueFactory = _ => s_defaults.Candidates,
    };

    private static readonly Option<double> s_ratingValue = new("--rank-rating-weight")
    {
        Description = "What a rating counts in a hit's value, where a click counts 1; requests may say otherwise.",
        DefaultValueFactory = _ => s_defaults.RatingValue,
    };

    public static IReadOnlyList<Option> All { get; } = [s_rank, s_name, s_epochs, s_tuneEpochs, s_candidates, s_ratingValue];

    /// <summary>Whether a ranker is asked for.</summary>
    public static bool IsWanted(CommandContext context) => context.Get(s_rank);

    /// <summary>How to train it, or null.</summary>
    /// <exception cref="ArgumentException">Something is wrong, or there are several similarities to stand on.</exception>
    public static RankerOptions? Read(
        CommandContext context, IReadOnlyList<SimilarityOptions> similarities, RowType rows, EmbeddingCodes? codes)
    {
        if (!IsWanted(context))
        {
            return null;
        }

        if (similarities.Count > 1)
        {
            throw new ArgumentException(
                $"{s_rank.Name}: expected one --similarity to stand on at most; found {similarities.Count}.");
        }

        var options = new RankerOptions
        {
            Name = context.Get(s_name),
            Epochs = context.Get(s_epochs),
            TuneEpochs = context.Get(s_tuneEpochs),
            Candidates = context.Get(s_candidates),
            RatingValue = context.Get(s_ratingValue),
            TrainsTowers = context.Get(SimilarityTraining.Joint),
            RowType = rows,
            Codes = codes,
        };
        options.Validate();
        return options;
    }

    /// <summary>Trains it; the caller disposes it.</summary>
    public static TrainedRanker? Run(
        TrainedModel model,
        RankerOptions? options,
        IReadOnlyList<TrainedSimilarity> similarities,
        IAnsiConsole console,
        CancellationToken cancellation)
        => options is null ? null : TrainingView.Show(console, progress => RankerTrainer.Run(
            model,
            options with { Seed = model.Run.Options.Seed },
            similarities.Count == 0 ? null : similarities[0],
            progress,
            cancellation));
}
