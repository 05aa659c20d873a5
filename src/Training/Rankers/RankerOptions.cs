namespace Linr.Training.Rankers;

/// <summary>
/// How a ranker is built and trained on a model. <see cref="Validate"/> names all that is wrong at once.
/// </summary>
public sealed record RankerOptions
{
    /// <summary>Its name, by which requests ask for it.</summary>
    public string Name { get; init; } = "overarch";

    /// <summary>
    /// Candidates that it ranks, of training, of validation and, unless a request says another, of requests.
    /// </summary>
    public int Candidates { get; init; } = 200;

    /// <summary>Width of the halves of queries and items.</summary>
    public int Width { get; init; } = 32;

    /// <summary>Width of a keyword field's bag.</summary>
    public int KeywordDim { get; init; } = 16;

    /// <summary>Units of each of the over-arch's two hidden layers.</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>Latest items of a history that candidates attend to.</summary>
    public int Places { get; init; } = 20;

    /// <summary>Weight of a click in the value, unless a request says another.</summary>
    public double ClickValue { get; init; } = 1;

    /// <summary>Weight of a rating in the value, unless a request says another; data without ratings have none.</summary>
    public double RatingValue { get; init; }

    /// <summary>Weight of the softmax over a query's candidates in the loss, beside the click's cross-entropy.</summary>
    public double ListWeight { get; init; } = 1;

    /// <summary>Weight of the ratings' squared error, in units of their variance, in the loss.</summary>
    public double RatingWeight { get; init; } = 0.5;

    /// <summary>
    /// Whether the towers learn too, and the similarity that it stands on: by the ranker's gradient and by their own
    /// losses. The model's embeddings are then others afterwards. Else they stay as they are.
    /// </summary>
    public bool TrainsTowers { get; init; }

    /// <summary>Weight of the towers' own losses beside the ranker's, where they learn too.</summary>
    public double TowersWeight { get; init; } = 1;

    /// <summary>
    /// Weight of a softmax over the candidates by what finds them, where it learns too: by the similarity's logits, and
    /// by the scores of rounded rows or codes.
    /// </summary>
    public double RetrievalWeight { get; init; } = 0.5;

    /// <summary>
    /// How the model's rows will be stored: the ranker reads them rounded so, and gradients go straight through the
    /// rounding.
    /// </summary>
    public RowType RowType { get; init; } = RowType.Float32;

    /// <summary>
    /// Codes that will find candidates, or null: hard negatives are found by them, and gradients go straight through.
    /// </summary>
    public EmbeddingCodes? Codes { get; init; }

    /// <summary>Negatives an example, drawn from the best that the model itself finds for it.</summary>
    public int HardNegatives { get; init; } = 24;

    /// <summary>Negatives an example, drawn evenly.</summary>
    public int UniformNegatives { get; init; } = 4;

    /// <summary>Share of hidden units that are left out of a step.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Examples a step.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Adam's learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Adam's decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Passes over the data at most; hard negatives are found anew before each.</summary>
    public int Epochs { get; init; } = 6;

    /// <summary>
    /// Passes at most, after those, over interactions that the towers have not learned from: what is held out for
    /// validation, of seven users in ten; the towers stay as they are by then. 0 for none: all are validated on.
    /// </summary>
    public int TuneEpochs { get; init; } = 20;

    /// <summary>Epochs without a better validation after which training stops.</summary>
    public int Patience { get; init; } = 3;

    /// <summary>Users whose held-out interaction is ranked after each epoch, at most.</summary>
    public int ValidationUsers { get; init; } = 2_000;

    /// <summary>Draws weights, order and negatives.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Refuses options that are wrong.</summary>
    /// <exception cref="ArgumentException">All that is wrong, a line each.</exception>
    public void Validate()
    {
        var problems = new List<string>();
        if (string.IsNullOrEmpty(Name) || Name.Length > Limits.NameLengthMax)
        {
            problems.Add($"{nameof(Name)}: expected 1 to {Limits.NameLengthMax} characters; found \"{Name}\".");
        }

        if (RowType == RowType.None)
        {
            problems.Add($"{nameof(RowType)}: expected rows to score candidates by; found codes alone.");
        }

        Within(nameof(Candidates), Candidates, 1, Limits.RankedMax, problems);
        Within(nameof(Width), Width, 1, Limits.DimMax, problems);
        Within(nameof(KeywordDim), KeywordDim, 1, Limits.DimMax, problems);
        Within(nameof(Hidden), Hidden, 1, Limits.DimMax, problems);
        Within(nameof(Places), Places, 1, 10_000, problems);
        Within(nameof(ClickValue), ClickValue, -1e6, 1e6, problems);
        Within(nameof(RatingValue), RatingValue, -1e6, 1e6, problems);
        Within(nameof(ListWeight), ListWeight, 0, 100, problems);
        Within(nameof(RatingWeight), RatingWeight, 0, 100, problems);
        Within(nameof(TowersWeight), TowersWeight, 0, 100, problems);
        Within(nameof(RetrievalWeight), RetrievalWeight, 0, 100, problems);
        Within(nameof(HardNegatives), HardNegatives, 1, Limits.RankedMax, problems);
        Within(nameof(UniformNegatives), UniformNegatives, 0, Limits.RankedMax, problems);
        Within(nameof(Dropout), Dropout, 0, 0.9, problems);
        Within(nameof(BatchSize), BatchSize, 2, 1 << 20, problems);
        Within(nameof(LearningRate), LearningRate, 1e-9, 1, problems);
        Within(nameof(WeightDecay), WeightDecay, 0, 10, problems);
        Within(nameof(Epochs), Epochs, 0, int.MaxValue, problems);
        Within(nameof(TuneEpochs), TuneEpochs, 0, int.MaxValue, problems);
        Within(nameof(Patience), Patience, 1, int.MaxValue, problems);
        Within(nameof(ValidationUsers), ValidationUsers, 0, int.MaxValue, problems);
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems));
        }
    }

    private static void Within(string name, double found, double least, double most, List<string> problems)
    {
        if (!(found >= least && found <= most))
        {
            problems.Add(FormattableString.Invariant($"{name}: expected {least} to {most}; found {found}."));
        }
    }
}
