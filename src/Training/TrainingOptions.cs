namespace Linr.Training;

/// <summary>
/// How a two-tower model is built and trained. <see cref="Validate"/> names all that is wrong at once.
/// </summary>
public sealed record TrainingOptions
{
    /// <summary>Items of a catalogue up to which every step scores them all unless told otherwise.</summary>
    public const int AllItemsMax = 16_384;

    /// <summary>Items drawn evenly each step from a larger catalogue unless told otherwise.</summary>
    public const int DrawnItems = 4_096;

    /// <summary>The embedding that the towers make.</summary>
    public string Embedding { get; init; } = "default";

    /// <summary>Width of the embeddings.</summary>
    public int Dim { get; init; } = 64;

    /// <summary>Width of the hidden layers.</summary>
    public int HiddenWidth { get; init; } = 128;

    /// <summary>Width of a keyword field's bag.</summary>
    public int KeywordDim { get; init; } = 32;

    /// <summary>Rows of a text field's bag, which its tokens are hashed to.</summary>
    public int TextBuckets { get; init; } = 65_536;

    /// <summary>Whether neighbouring tokens are hashed together too.</summary>
    public bool TextPairs { get; init; }

    /// <summary>How many of the latest items the query tower reads.</summary>
    public int HistoryLength { get; init; } = 50;

    /// <summary>How the query tower reads the history.</summary>
    public QueryEncoder QueryEncoder { get; init; }

    /// <summary>Heads of the attention over the history; of a causal transformer they divide the width.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Blocks of a causal transformer.</summary>
    public int Blocks { get; init; } = 2;

    /// <summary>
    /// Whether an interaction's weight scales its loss; a rating is a taste, not a weight, so by default not.
    /// </summary>
    public bool UseWeights { get; init; }

    /// <summary>Examples a step.</summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>
    /// Items drawn evenly each step as negatives, beside the batch's own; as many as there are items means all. Null
    /// means all items of a catalogue of up to <see cref="AllItemsMax"/>, else <see cref="DrawnItems"/>.
    /// </summary>
    public int? UniformNegatives { get; init; }

    /// <summary>
    /// How much of the log-Q correction is applied: 1 makes the sampled softmax estimate the full one.
    /// </summary>
    public double LogQStrength { get; init; } = 1;

    /// <summary>What logits are divided by, at the start.</summary>
    public double Temperature { get; init; } = 0.07;

    /// <summary>Whether the temperature is learned.</summary>
    public bool LearnTemperature { get; init; }

    /// <summary>Adam's learning rate.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Steps over which the learning rate rises from 0.</summary>
    public int WarmupSteps { get; init; } = 100;

    /// <summary>Adam's decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>
    /// Share of the items of histories whose ids are left out of a step, so that items without one can stand there.
    /// </summary>
    public double IdDropout { get; init; } = 0.2;

    /// <summary>
    /// How often a step draws an item that is never trained on, against one that is: 0 to 1. As a full negative such an
    /// item teaches the features that nobody wants its like; never drawn, it may come up anywhere.
    /// </summary>
    public double ColdNegatives { get; init; } = 0.1;

    /// <summary>
    /// Weight of the content loss: an in-batch softmax over the targets, embedded by their features alone. It teaches
    /// the features what goes with what and nothing about how often. 0 for none.
    /// </summary>
    public double ContentWeight { get; init; } = 0.5;

    /// <summary>
    /// Weight of the views loss: of items drawn evenly, two halves of the features must find each other. It teaches the
    /// features of items that nobody chose yet. 0 for none.
    /// </summary>
    public double ViewsWeight { get; init; } = 0.2;

    /// <summary>Items that a step draws for the views loss.</summary>
    public int Views { get; init; } = 512;

    /// <summary>What the cosines of views are divided by.</summary>
    public double ViewsTemperature { get; init; } = 0.2;

    /// <summary>Share of a history's places that are left out of a step.</summary>
    public double HistoryDropout { get; init; } = 0.1;

    /// <summary>Share of hidden units that are left out of a step.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Passes over the data at most.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Epochs without a better validation after which training stops.</summary>
    public int Patience { get; init; } = 3;

    /// <summary>Users whose held-out interaction is ranked after each epoch, at most.</summary>
    public int ValidationUsers { get; init; } = 2_000;

    /// <summary>Draws initial weights, order and negatives: on one CPU thread equal seeds give equal bits.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>"cpu", "cuda" or "cuda:N".</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads of libtorch.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The folder of libtorch; null for the default places.</summary>
    public string? LibtorchFolder { get; init; }

    /// <summary>
    /// The file that keeps the state after each epoch and from which a stopped run resumes; null for none.
    /// </summary>
    public string? CheckpointPath { get; init; }

    /// <summary>A model file to start from, with items added and removed since; null to start afresh.</summary>
    public string? WarmStartPath { get; init; }

    /// <summary>All that is wrong, a sentence each; empty when the options are good.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (string.IsNullOrEmpty(Embedding))
        {
            problems.Add($"{nameof(Embedding)}: expected a name; found none.");
        }

        Within(nameof(Dim), Dim, 1, Limits.DimMax, problems);
        Within(nameof(HiddenWidth), HiddenWidth, 1, Limits.DimMax, problems);
        Within(nameof(KeywordDim), KeywordDim, 1, Limits.DimMax, problems);
        Within(nameof(TextBuckets), TextBuckets, 1, 1 << 28, problems);
        Within(nameof(HistoryLength), HistoryLength, 1, 4_096, problems);
        Within(nameof(Heads), Heads, 1, 64, problems);
        Within(nameof(Blocks), Blocks, 1, 64, problems);
        if (!Enum.IsDefined(QueryEncoder))
        {
            problems.Add($"{nameof(QueryEncoder)}: expected one of {string.Join(", ", Enum.GetNames<QueryEncoder>())}; "
                + $"found {QueryEncoder}.");
        }

        if (QueryEncoder == QueryEncoder.CausalTransformer && Heads > 0 && Dim % Heads != 0)
        {
            problems.Add($"{nameof(Heads)}: expected a number that divides {nameof(Dim)}, {Dim}; found {Heads}.");
        }

        Within(nameof(BatchSize), BatchSize, 2, 1 << 20, problems);
        Within(nameof(UniformNegatives), UniformNegatives ?? 0, 0, int.MaxValue, problems);
        Within(nameof(LogQStrength), LogQStrength, 0, 1, problems);
        Within(nameof(Temperature), Temperature, 1e-3, 10, problems);
        Within(nameof(LearningRate), LearningRate, 1e-9, 1, problems);
        Within(nameof(WarmupSteps), WarmupSteps, 0, int.MaxValue, problems);
        Within(nameof(WeightDecay), WeightDecay, 0, 10, problems);
        Within(nameof(IdDropout), IdDropout, 0, 1, problems);
        Within(nameof(ColdNegatives), ColdNegatives, 0, 1, problems);
        Within(nameof(ContentWeight), ContentWeight, 0, 100, problems);
        Within(nameof(ViewsWeight), ViewsWeight, 0, 100, problems);
        Within(nameof(Views), Views, 2, 1 << 20, problems);
        Within(nameof(ViewsTemperature), ViewsTemperature, 1e-3, 10, problems);
        Within(nameof(HistoryDropout), HistoryDropout, 0, 0.99, problems);
        Within(nameof(Dropout), Dropout, 0, 0.99, problems);
        Within(nameof(Epochs), Epochs, 1, int.MaxValue, problems);
        Within(nameof(Patience), Patience, 1, int.MaxValue, problems);
        Within(nameof(ValidationUsers), ValidationUsers, 0, int.MaxValue, problems);
        Within(nameof(Threads), Threads, 1, 1_024, problems);
        if (Device != "cpu" && Device != "cuda" && !(Device.StartsWith("cuda:", StringComparison.Ordinal)
            && byte.TryParse(Device.AsSpan(5), out _)))
        {
            problems.Add($"{nameof(Device)}: expected cpu, cuda or cuda:N; found \"{Device}\".");
        }

        return problems;
    }

    /// <summary>Refuses options that are wrong.</summary>
    /// <exception cref="ArgumentException">All that is wrong, a line each.</exception>
    public void Validate()
    {
        IReadOnlyList<string> problems = Problems();
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems));
        }
    }

    /// <summary>Items drawn evenly each step from a catalogue of so many.</summary>
    public int UniformNegativesOf(int itemCount)
        => Math.Min(itemCount, UniformNegatives ?? (itemCount <= AllItemsMax ? itemCount : DrawnItems));

    private static void Within(string name, double found, double least, double most, List<string> problems)
    {
        if (!(found >= least && found <= most))
        {
            problems.Add(FormattableString.Invariant($"{name}: expected {least} to {most}; found {found}."));
        }
    }
}
