using System.Collections.Immutable;
using Linr.Layers;
using Linr.Training.Evaluation;

namespace Linr.Training.Similarities;

/// <summary>
/// How a learned similarity is built and trained on a model's embeddings. <see cref="Validate"/> names all that is wrong
/// at once.
/// </summary>
public sealed record SimilarityOptions
{
    private const int PairsMax = Kernels.Similarities.MixtureOfLogits.PairsMax;

    /// <summary>One of <see cref="SimilarityKind"/>.</summary>
    public string Kind { get; init; } = SimilarityKind.HadamardMlp;

    /// <summary>Its name; null: one made of kind, embeddings and centroids.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The embeddings of the model that it reads; none: the one that the towers make. A first stage is by the first,
    /// which also has the centroids.
    /// </summary>
    public ImmutableArray<string> Embeddings { get; init; } = [];

    /// <summary>
    /// Centroids, of which the closest to a query and to an item is a further component of a mixture; 0 for none.
    /// </summary>
    public int Centroids { get; init; }

    /// <summary>Whether centroids learn: those that were closest move with the gradient.</summary>
    public bool TrainsCentroids { get; init; }

    /// <summary>Rows of a mini-batch of the k-means that finds the centroids; 0: each pass reads all items.</summary>
    public int CentroidBatchRows { get; init; }

    /// <summary>Width of a Hadamard MLP's halves.</summary>
    public int Width { get; init; } = 50;

    /// <summary>Hidden units of a Hadamard MLP.</summary>
    public int Hidden { get; init; } = 10;

    /// <summary>
    /// Components of a query, of a mixture of logits: spread over the embeddings, the first get one more.
    /// </summary>
    public int QueryComponents { get; init; } = 8;

    /// <summary>Components of an item, likewise.</summary>
    public int ItemComponents { get; init; } = 4;

    /// <summary>Width of a component.</summary>
    public int ComponentDim { get; init; } = 64;

    /// <summary>Hidden units of the gate's networks.</summary>
    public int GateHidden { get; init; } = 128;

    /// <summary>What dot products of components are divided by.</summary>
    public double Temperature { get; init; } = 0.05;

    /// <summary>Share of the gate's weights that are left out of a step.</summary>
    public double GateDropout { get; init; } = 0.2;

    /// <summary>
    /// Weight of the load-balancing loss: minus the mutual information of pairs of query and item with the component
    /// that the gate chooses, so that all components are used, and each surely.
    /// </summary>
    public double BalanceWeight { get; init; } = 0.01;

    /// <summary>
    /// Whether the towers learn too: by the similarity's gradient and, <see cref="TowersWeight"/> of it, by their own
    /// losses. The model's embeddings are then others afterwards. Else the towers stay as they are.
    /// </summary>
    public bool TrainsTowers { get; init; }

    /// <summary>Weight of the towers' own losses beside the similarity's, where they learn too.</summary>
    public double TowersWeight { get; init; } = 1;

    /// <summary>
    /// Share of the users whose validation interaction it learns from; those of the others choose the epoch. The towers
    /// have learned their training interactions by heart and are too sure of them: what to add to their cosine shows
    /// only on what they did not see. A mixture starts as a cosine and learns from nothing else; a Hadamard MLP learns
    /// what a cosine is from training interactions first. 0, and always where the towers learn too: it learns from
    /// training interactions alone.
    /// </summary>
    public double HeldOutShare { get; init; } = HeldOutSplit.Share;

    /// <summary>
    /// Passes at most of a Hadamard MLP, after those over training interactions, over what the towers did not see.
    /// </summary>
    public int TuneEpochs { get; init; } = 20;

    /// <summary>Examples a step.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Items drawn evenly each step as negatives, beside the batch's own targets.</summary>
    public int Negatives { get; init; } = 512;

    /// <summary>Adam's learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Adam's decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Passes over the data at most; of a mixture over what the towers did not see.</summary>
    public int Epochs { get; init; } = 40;

    /// <summary>Epochs without a better validation after which training stops.</summary>
    public int Patience { get; init; } = 4;

    /// <summary>Users whose held-out interaction is ranked after each epoch, at most.</summary>
    public int ValidationUsers { get; init; } = 2_000;

    /// <summary>
    /// First steps that are watched: a Hadamard MLP is sensitive to its first weights (LiNR), and a start whose loss
    /// does not fall is drawn again. 0 for none.
    /// </summary>
    public int WatchSteps { get; init; } = 100;

    /// <summary>Starts at most.</summary>
    public int StartsMax { get; init; } = 5;

    /// <summary>Draws weights, order and negatives.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The name it gets.</summary>
    public string ChosenName => Name ?? string.Join(
        '_',
        Embeddings.Where(name => name != new TrainingOptions().Embedding)
            .Prepend(Kind == SimilarityKind.HadamardMlp ? "hadamard" : "mixture")
            .Append(Centroids > 0 ? $"{Centroids}{(TrainsCentroids ? "_trained" : string.Empty)}" : null)
            .OfType<string>());

    /// <summary>Components of a query with the centroid's.</summary>
    internal int QueryComponentsInAll => QueryComponents + (Centroids > 0 ? 1 : 0);

    /// <summary>Components of an item with the centroid's.</summary>
    internal int ItemComponentsInAll => ItemComponents + (Centroids > 0 ? 1 : 0);

    /// <summary>Refuses options that are wrong.</summary>
    /// <exception cref="ArgumentException">All that is wrong, a line each.</exception>
    public void Validate()
    {
        var problems = new List<string>();
        if (Kind is not (SimilarityKind.HadamardMlp or SimilarityKind.MixtureOfLogits))
        {
            problems.Add(
                $"{nameof(Kind)}: expected {SimilarityKind.HadamardMlp} or {SimilarityKind.MixtureOfLogits}; "
                + $"found \"{Kind}\".");
        }

        if (Embeddings.Distinct().Count() != Embeddings.Length)
        {
            problems.Add($"{nameof(Embeddings)}: expected each once; found {string.Join(", ", Embeddings)}.");
        }

        if ((Centroids > 0 || TrainsCentroids) && (Kind != SimilarityKind.MixtureOfLogits || Centroids == 0))
        {
            problems.Add(
                $"{nameof(Centroids)}: expected them of a {SimilarityKind.MixtureOfLogits}; found {Centroids} of a {Kind}"
                + (TrainsCentroids ? ", to train." : "."));
        }

        Within(nameof(Centroids), Centroids, 0, 1 << 20, problems);
        Within(nameof(CentroidBatchRows), CentroidBatchRows, 0, int.MaxValue, problems);
        Within(nameof(Width), Width, 1, Limits.DimMax, problems);
        Within(nameof(Hidden), Hidden, 1, Limits.DimMax, problems);
        int further = Centroids > 0 ? 1 : 0;
        int least = Math.Clamp(Embeddings.Length, 1, PairsMax);
        Within(nameof(QueryComponents), QueryComponents, least, PairsMax - further, problems);
        int pairsMax = PairsMax / Math.Clamp(QueryComponents + further, 1, PairsMax);
        Within(nameof(ItemComponents), ItemComponents, least, pairsMax - further, problems);
        Within(nameof(ComponentDim), ComponentDim, 1, 1_024, problems);
        Within(nameof(GateHidden), GateHidden, 1, 4_096, problems);
        Within(nameof(Temperature), Temperature, 1e-3, 10, problems);
        Within(nameof(GateDropout), GateDropout, 0, 0.99, problems);
        Within(nameof(BalanceWeight), BalanceWeight, 0, 100, problems);
        Within(nameof(TowersWeight), TowersWeight, 0, 100, problems);
        Within(nameof(HeldOutShare), HeldOutShare, 0, 0.95, problems);
        Within(nameof(TuneEpochs), TuneEpochs, 0, int.MaxValue, problems);
        Within(nameof(BatchSize), BatchSize, 2, 1 << 20, problems);
        Within(nameof(Negatives), Negatives, 1, int.MaxValue, problems);
        Within(nameof(LearningRate), LearningRate, 1e-9, 1, problems);
        Within(nameof(WeightDecay), WeightDecay, 0, 10, problems);
        Within(nameof(Epochs), Epochs, 1, int.MaxValue, problems);
        Within(nameof(Patience), Patience, 1, int.MaxValue, problems);
        Within(nameof(ValidationUsers), ValidationUsers, 0, int.MaxValue, problems);
        Within(nameof(WatchSteps), WatchSteps, 0, int.MaxValue, problems);
        Within(nameof(StartsMax), StartsMax, 1, 1_000, problems);
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
