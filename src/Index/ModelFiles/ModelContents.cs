using Linr.ModelFile;

namespace Linr.Index.ModelFiles;

/// <summary>
/// All that goes into a model file. It owns nothing: what it names must live until the file is written.
/// </summary>
public sealed record ModelContents
{
    /// <summary>The items.</summary>
    public required ItemTable Items { get; init; }

    /// <summary>
    /// Rows of a live table whose embeddings are written, in place of embeddings of the items: these have ids and
    /// fields alone then, in the same order. Null: the items are whole.
    /// </summary>
    internal ViewRows? Rows { get; init; }

    /// <summary>What the model's owner calls this version of it.</summary>
    public string Version { get; init; } = string.Empty;

    /// <summary>Towers and similarities, as a JSON list of layers that name their weights among the tensors.</summary>
    public string LayersJson { get; init; } = "[]";

    /// <summary>Learned similarities, as a JSON list that names their weights among the tensors.</summary>
    public string SimilaritiesJson { get; init; } = "[]";

    /// <summary>Rankers, as a JSON list that names their weights among the tensors.</summary>
    public string RankersJson { get; init; } = "[]";

    /// <summary>Weights, and tensors that another program added, in the order of the file.</summary>
    public IReadOnlyList<TensorSource> Tensors { get; init; } = [];

    /// <summary>Metadata beyond the format's own.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
