using System.CommandLine;
using Linr.Cli.Terminal;
using Linr.Training;

namespace Linr.Cli.Training;

/// <summary>The options of training, shared by train and demo.</summary>
internal static class TrainOptions
{
    // Four epochs of the Debian catalogue in about two minutes on two cores; docs/training.md has what more give.
    private static readonly TrainingOptions s_demo = new()
    {
        Epochs = 4,
        BatchSize = 1_024,
        UniformNegatives = 4_096,
        HistoryLength = 30,
        LearningRate = 0.004,
        Threads = Math.Min(2, Environment.ProcessorCount),
    };

    private static readonly TrainingOptions s_defaults = new();

    private static readonly Option<int> s_dim = Number("--dim", "Width of the embedding.", s_defaults.Dim);

    private static readonly Option<int> s_epochs = Number("--epochs", "Passes over the data at most.", s_defaults.Epochs);

    private static readonly Option<int> s_patience = Number("--patience", "Epochs without a better validation before it stops.", s_defaults.Patience);

    private static readonly Option<int> s_batch = Number("--batch-size", "Examples a step.", s_defaults.BatchSize);

    private static readonly Option<int?> s_negatives = new("--negatives")
    {
        Description = "Uniform negatives a step; unless given, every item of a small catalogue, else a sample.",
    };

    private static readonly Option<int> s_history = Number("--history-length", "Latest items that the query tower reads.", s_defaults.HistoryLength);

    private static readonly Option<string> s_encoder = new("--query-encoder")
    {
        Description = "How the query tower reads a history: attention-pool (each item by itself) or causal-transformer "
            + "(blocks of self-attention, after SASRec).",
        HelpName = "attention-pool|causal-transformer",
        DefaultValueFactory = _ => "attention-pool",
    };

    private static readonly Option<int> s_heads = Number("--heads", "Heads of the attention over the history.", s_defaults.Heads);

    private static readonly Option<int> s_blocks = Number("--blocks", "Blocks of a causal transformer.", s_defaults.Blocks);

    private static readonly Option<double> s_dropout = Share(
        "--dropout", "Share of hidden units that a step leaves out.", s_defaults.Dropout);

    private static readonly Option<double> s_rate = Share("--learning-rate", "Adam's learning rate.", s_defaults.LearningRate);

    private static readonly Option<double> s_temperature = Share(
        "--temperature", "What logits are divided by.", s_defaults.Temperature);

    private static readonly Option<double> s_content = Share(
        "--content-weight", "Weight of the loss that teaches features what goes with what; 0 for none.", s_defaults.ContentWeight);

    private static readonly Option<double> s_views = Share(
        "--views-weight", "Weight of the loss that teaches features of all items; 0 for none.", s_defaults.ViewsWeight);

    private static readonly Option<double> s_coldNegatives = Share(
        "--cold-negatives", "How often an item without interactions is drawn, against one with: 0 to 1.", s_defaults.ColdNegatives);

    private static readonly Option<long> s_seed = new("--seed") { Description = "Equal seeds give equal runs on one thread.", DefaultValueFactory = _ => 1 };

    private static readonly Option<string> s_device = new("--device")
    {
        Description = "cpu, cuda or cuda:N.",
        DefaultValueFactory = _ => "cpu",
    };

    private static readonly Option<int> s_threads = Number(
        "--threads", "Threads of libtorch; more than one helps only where the cores have no other work.", s_defaults.Threads);

    private static readonly Option<string?> s_libtorch = new("--libtorch")
    {
        Description = "The folder of libtorch; tools/get-libtorch.sh restores one for the CPU.",
        HelpName = "FOLDER",
    };

    private static readonly Option<string?> s_checkpoint = new("--checkpoint")
    {
        Description = "Keeps the state after each epoch here, and resumes from it.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> s_from = new("--from")
    {
        Description = "A model to start from; items may have come and gone since.",
        HelpName = "FILE.linr",
    };

    public static IReadOnlyList<Symbol> All { get; } =
    [
        s_dim, s_epochs, s_patience, s_batch, s_negatives, s_history, s_rate, s_temperature, s_seed, s_device, s_libtorch,
        s_checkpoint, s_from, s_threads, s_content, s_views, s_coldNegatives, s_encoder, s_heads, s_blocks, s_dropout,
    ];

    public static Option<long> Seed => s_seed;

    /// <summary>Shared by train and eval, which must be given the same.</summary>
    public static Option<double> ColdShare { get; } = Share(
        "--cold-share",
        "Share of the items with interactions that training never sees, drawn by the seed; eval then ranks these.",
        otherwise: 0);

    public static TrainingOptions Read(CommandContext context) => new()
    {
        Dim = context.Get(s_dim),
        Epochs = context.Get(s_epochs),
        Patience = context.Get(s_patience),
        BatchSize = context.Get(s_batch),
        UniformNegatives = context.Find(s_negatives),
        HistoryLength = context.Get(s_history),
        LearningRate = context.Get(s_rate),
        Temperature = context.Get(s_temperature),
        Seed = context.Get(s_seed),
        Device = context.Get(s_device),
        LibtorchFolder = context.Find(s_libtorch),
        CheckpointPath = context.Find(s_checkpoint),
        WarmStartPath = context.Find(s_from),
        Threads = context.Get(s_threads),
        ContentWeight = context.Get(s_content),
        ViewsWeight = context.Get(s_views),
        ColdNegatives = context.Get(s_coldNegatives),
        QueryEncoder = ReadEncoder(context.Get(s_encoder)),
        Heads = context.Get(s_heads),
        Blocks = context.Get(s_blocks),
        Dropout = context.Get(s_dropout),
    };

    /// <summary>The same, but quicker where the user did not say how: a demo ends in a few minutes on two cores.</summary>
    public static TrainingOptions ReadForDemo(CommandContext context) => Read(context) with
    {
        Epochs = Or(context, s_epochs, s_demo.Epochs),
        BatchSize = Or(context, s_batch, s_demo.BatchSize),
        UniformNegatives = context.Find(s_negatives) ?? s_demo.UniformNegatives,
        HistoryLength = Or(context, s_history, s_demo.HistoryLength),
        LearningRate = Or(context, s_rate, s_demo.LearningRate),
        Threads = Or(context, s_threads, s_demo.Threads),
    };

    private static QueryEncoder ReadEncoder(string name) => name switch
    {
        "attention-pool" => QueryEncoder.AttentionPool,
        "causal-transformer" => QueryEncoder.CausalTransformer,
        _ => throw new ArgumentException(
            $"{s_encoder.Name}: expected attention-pool or causal-transformer; found \"{name}\"."),
    };

    private static T Or<T>(CommandContext context, Option<T> option, T otherwise)
        => context.Parsed.GetResult(option) is { Implicit: false } ? context.Get(option) : otherwise;

    private static Option<int> Number(string name, string description, int otherwise)
        => new(name) { Description = description, DefaultValueFactory = _ => otherwise };

    private static Option<double> Share(string name, string description, double otherwise)
        => new(name) { Description = description, DefaultValueFactory = _ => otherwise };
}
