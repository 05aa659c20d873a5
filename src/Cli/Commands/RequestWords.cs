using System.Text.RegularExpressions;

namespace Linr.Cli.Commands;

/// <summary>Names the options of `linr query` where the engine names the parts of a request.</summary>
internal static partial class RequestWords
{
    private static readonly Dictionary<string, string> s_options = new()
    {
        ["Embeddings"] = "--vector",
        ["Items"] = "--item",
        ["History"] = "--history",
        ["Features"] = "--feature",
        ["Fields"] = "--fields",
        ["K"] = "--k",
        ["ScoreMin"] = "--min-score",
        ["GroupBy"] = "--group-by",
        ["GroupBy.Cap"] = "--group-by",
        ["Diversity.Lambda"] = "--diversity",
        ["Diversity"] = "--diversity",
        ["Approximation"] = "--codes-only, --copy-only and --rescore",
        ["Approximation.By"] = "--by",
        ["Approximation.RescoresFrom"] = "--rescore-from",
        ["Approximation.IsAsymmetric"] = "--asymmetric",
        ["Approximation.KeepShare"] = "--rescore",
        ["Approximation.KeepCount"] = "--rescore",
        ["Similarity"] = "--similarity",
        ["FirstStage"] = "--first-stage",
        ["RankBy"] = "--rank",
        ["RankBy.Name"] = "--rank",
        ["RankBy.Candidates"] = "--rank-candidates",
        ["RankBy.Weights"] = "--weight",
        ["CheckExact"] = "--check-exact",
    };

    /// <summary>The message with options for parts; what stands in quotes is the user's and stays.</summary>
    public static string ToOptions(string message)
        => string.Join(Environment.NewLine, message.Split(Environment.NewLine).Select(Line));

    private static string Line(string line)
    {
        int quote = line.IndexOf('"', StringComparison.Ordinal);
        int end = quote < 0 ? line.Length : quote;
        return Part().Replace(line[..end], part => s_options.GetValueOrDefault(part.Value, part.Value)) + line[end..];
    }

    [GeneratedRegex(@"\b[A-Z][A-Za-z]*(\.[A-Z][A-Za-z]+)?\b")]
    private static partial Regex Part();
}
