using Linr.Layers;

namespace Linr.Training.Towers;

/// <summary>
/// A causal transformer over a history as layers: blocks of self-attention and of a hidden layer, each after a norm and
/// beside a residual. After Kang and McAuley 2018 (SASRec, arXiv 1808.09781), whose places count from the end; and each
/// head has a bias for how far apart two places are.
/// </summary>
internal static class SequenceEncoder
{
    private const string Branch = "_branch";

    /// <summary>
    /// Adds the encoder and returns the name of its last layer, a row a query: what the latest place gives.
    /// </summary>
    /// <param name="layers">Where to.</param>
    /// <param name="options">Blocks and heads.</param>
    /// <param name="places">The name of the sequence that it reads, as wide as the embedding.</param>
    /// <param name="ordered">Whether the order of the history says something.</param>
    public static string Add(LayerListBuilder layers, TrainingOptions options, string places, bool ordered)
    {
        string current = ordered ? layers.Add(LayerKind.Position, "recency", [places], ["weight"]) : places;
        for (int block = 1; block <= options.Blocks; block++)
        {
            string name = $"block{block}";
            string norm = layers.Add(LayerKind.LayerNorm, name + "_norm", [current], ["weight", "bias"]);
            string asking = norm;
            if (block == options.Blocks)
            {
                // Nobody reads what the last block gives other places than the latest.
                asking = layers.Add(LayerKind.Latest, name + "_latest_norm", [norm], []);
                current = layers.Add(LayerKind.Latest, name + "_latest", [current], []);
            }

            string attended = Attention(layers, options, name, asking, norm, ordered);
            current = layers.Add(LayerKind.Add, name + "_attended", [current, attended], []);
            string hiddenNorm = layers.Add(LayerKind.LayerNorm, name + "_hidden_norm", [current], ["weight", "bias"]);
            string wide = layers.Add(LayerKind.Linear, name + "_wide", [hiddenNorm], ["weight", "bias"]);
            string curved = layers.Add(LayerKind.Gelu, name + "_gelu", [wide], []);
            string hidden = layers.Add(LayerKind.Linear, name + "_hidden" + Branch, [curved], ["weight", "bias"]);
            current = layers.Add(LayerKind.Add, name, [current, hidden], []);
        }

        return layers.Add(LayerKind.LayerNorm, "encoded", [current], ["weight", "bias"]);
    }

    /// <summary>Whether training drops some of a layer's output: of what goes beside a residual.</summary>
    public static bool IsBranch(LayerSpec layer) => layer.Name.EndsWith(Branch, StringComparison.Ordinal);

    private static string Attention(
        LayerListBuilder layers, TrainingOptions options, string name, string asking, string norm, bool ordered)
    {
        string query = layers.Add(LayerKind.Linear, name + "_query", [asking], ["weight", "bias"]);
        string key = layers.Add(LayerKind.Linear, name + "_key", [norm], ["weight", "bias"]);
        string value = layers.Add(LayerKind.Linear, name + "_value", [norm], ["weight", "bias"]);
        string attention = layers.Add(
            LayerKind.CausalAttention, name + "_attention", [query, key, value], ordered ? ["bias"] : [],
            numbers: new() { ["heads"] = options.Heads });
        return layers.Add(LayerKind.Linear, name + "_attention" + Branch, [attention], ["weight", "bias"]);
    }
}
