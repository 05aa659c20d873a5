using System.CommandLine;
using System.Globalization;
using Linr.Cli.Data;
using Linr.Cli.Terminal;
using Linr.Cuda;
using Linr.Engine;
using Linr.Filters;
using Linr.Index.Device;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr query`: searches a model.</summary>
internal static class QueryCommand
{
    private static readonly Argument<string> s_model = CommonOptions.Model("The model to search.");

    private static readonly Option<string[]> s_history = Many(
        "--history", "Items that the user came by, oldest first.", "ID");

    private static readonly Option<string[]> s_items = Many("--item", "Items to find more like.", "ID");

    private static readonly Option<string[]> s_vectors = Many(
        "--vector",
        "A query vector: numbers separated by commas, or a .npy file; NAME= names the embedding.",
        "[NAME=]VECTOR");

    private static readonly Option<string?> s_filter = new("--filter", "-f")
    {
        Description = "Which items may be returned, such as: section = 'devel' and installed_kib < 1000",
        HelpName = "FILTER",
    };

    private static readonly Option<string[]> s_parameters = Many(
        "--param",
        "A value of the filter's parameter @NAME; a keyword that looks like a number goes in 'single quotes'.",
        "NAME=VALUE");

    private static readonly Option<string[]> s_features = Many(
        "--feature", "An input of the query tower, written as for --param.", "NAME=VALUE");

    private static readonly Option<int> s_k =
        new("--k", "-k") { Description = "How many hits.", DefaultValueFactory = _ => 10 };

    private static readonly Option<string?> s_similarity = new("--similarity")
    {
        Description = "A learned similarity of the model, which gives the scores; every item that passes is looked at.",
        HelpName = "NAME",
    };

    private static readonly Option<int?> s_firstStage = new("--first-stage")
    {
        Description = "Candidates that the embedding's own score chooses for --similarity: faster, and approximate.",
        HelpName = "COUNT",
    };

    private static readonly Option<float?> s_scoreMin =
        new("--min-score") { Description = "Leaves out hits below this score." };

    private static readonly Option<string?> s_groupBy = new("--group-by")
    {
        Description = "At most CAP hits (1 unless said) a value of a keyword attribute.",
        HelpName = "ATTRIBUTE[:CAP]",
    };

    private static readonly Option<float?> s_diversity = new("--diversity")
    {
        Description = "Maximal marginal relevance: 1 is relevance alone, 0 diversity alone.",
        HelpName = "LAMBDA",
    };

    private static readonly Option<string[]> s_fields = Many(
        "--fields", "Fields to show; the stored ones unless said.", "NAME");

    private static readonly Option<bool> s_includeSeen = new("--include-seen")
    {
        Description = "The items of --history and --item may be returned themselves.",
    };

    private static readonly Option<bool> s_explain =
        new("--explain") { Description = "Says how the answer was found." };

    public static Command Create() => CommandBuilder.Create(
        "query",
        "Searches a model by a history, by items or by a vector, with filters.",
        [
            s_model, s_history, s_items, s_vectors, s_filter, s_parameters, s_features, s_k, s_scoreMin, s_groupBy,
            s_diversity, s_similarity, s_firstStage,
            s_fields, s_includeSeen, s_explain, .. RankOptions.All, .. ApproximationOptions.All, CommonOptions.Device, CommonOptions.HostRows,
            CommonOptions.Threads,
        ],
        Run);

    private static int Run(CommandContext context)
    {
        using Retriever retriever = Open(context);
        SearchRequest request = ReadRequest(context, retriever.Schema);
        SearchResponse response = Search(retriever, request, context.Cancellation);
        if (request.Explain && retriever.WhyNotCuda is { } reason)
        {
            context.Progress.MarkupLineInterpolated($"[grey]not on a device: {reason}[/]");
        }

        if (context.IsJson)
        {
            context.WriteJson(response);
        }
        else
        {
            SearchReport.Write(context.Console, response, request.Fields);
        }

        return ExitCode.Success;
    }

    private static Retriever Open(CommandContext context)
    {
        string path = CommonOptions.ModelPath(context, s_model);
        RetrieverOptions options = CommonOptions.ReadRetrieverOptions(context);
        return options.Device == EngineDevice.Cpu || !CudaDriver.TryLoad(out _)
            ? Retriever.Open(path, options)
            : context.Progress.Status().Start("opening the device", status => Retriever.Open(
                path, options with { Cuda = options.Cuda with { Progress = new StatusProgress(status) } }));
    }

    private static SearchResponse Search(Retriever retriever, SearchRequest request, CancellationToken cancellation)
    {
        try
        {
            return retriever.Search(request, cancellation);
        }
        catch (ArgumentException error) when (error is not FilterException)
        {
            throw new ArgumentException(RequestWords.ToOptions(ErrorReport.WithoutParameterName(error)), error);
        }
    }

    private static SearchRequest ReadRequest(CommandContext context, Schema schema)
    {
        string[] fields = ArgumentText.Split(context.Find(s_fields));
        string? filter = context.Find(s_filter);
        float? lambda = context.Find(s_diversity);
        int k = context.Get(s_k);
        return new SearchRequest
        {
            History = ArgumentText.Ids(context.Find(s_history), schema.IdKind),
            Items = ArgumentText.Ids(context.Find(s_items), schema.IdKind),
            Embeddings = VectorText.Read(context.Find(s_vectors), schema),
            Filter = filter is null ? null : Filter.Parse(filter),
            Parameters = ArgumentText.Parameters(context.Find(s_parameters)),
            Features = ArgumentText.Values(context.Find(s_features), "--feature"),
            K = k,
            ScoreMin = context.Find(s_scoreMin),
            GroupBy = ArgumentText.GroupBy(context.Find(s_groupBy)),
            Diversity = lambda is null ? null : new Diversity(lambda.Value, Math.Max(100, 10 * k)),
            Fields = fields.Length > 0
                ? [.. fields]
                : [.. schema.Fields.Where(field => field.IsStored).Select(field => field.Name)],
            IncludeSeen = context.Get(s_includeSeen),
            Explain = context.Get(s_explain),
            Similarity = context.Find(s_similarity),
            FirstStage = context.Find(s_firstStage),
            RankBy = RankOptions.Read(context),
            Approximation = ApproximationOptions.Read(context),
            CheckExact = context.Get(ApproximationOptions.CheckExact),
        };
    }

    private static Option<string[]> Many(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
        AllowMultipleArgumentsPerToken = true,
    };

    // Progress<T> reports on another thread and late; a status wants each report at once.
    private sealed class StatusProgress(StatusContext status) : IProgress<UploadProgress>
    {
        public void Report(UploadProgress value) => status.Status = string.Create(
            CultureInfo.InvariantCulture,
            $"sending {value.BytesDone / 1e9:F1} of {value.BytesTotal / 1e9:F1} GB to the device");
    }
}
