using Linr.Engine.Towers;
using Linr.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Torch;

/// <summary>The shapes and first values of every tensor that a list of layers learns.</summary>
internal static class WeightShapes
{
    /// <summary>The tensor that holds the logarithm of the temperature; it is not exported.</summary>
    public const string LogTemperature = "training/log_temperature";

    /// <summary>Draws all weights from the options' seed, on the CPU, so that every device starts alike.</summary>
    public static WeightSet Create(
        LayerList layers,
        IReadOnlyDictionary<string, Vocabulary> vocabularies,
        int itemCount,
        TrainingOptions options,
        Device device)
    {
        manual_seed(options.Seed);
        using DisposeScope scope = NewDisposeScope();
        var weights = new WeightSet(device);
        foreach (TowerSpec tower in layers.Towers)
        {
            var widths = new Dictionary<string, int>();
            foreach (LayerSpec layer in tower.Layers)
            {
                int width = layer.Inputs.Sum(input => widths[input]);
                widths[layer.Name] = Add(weights, tower, layer, width, vocabularies, itemCount, options);
            }
        }

        weights.Add(LogTemperature, tensor((float)Math.Log(options.Temperature)), isTable: false);
        return weights;
    }

    // Adds the layer's tensors and returns the width of its output.
    private static int Add(
        WeightSet weights,
        TowerSpec tower,
        LayerSpec layer,
        int width,
        IReadOnlyDictionary<string, Vocabulary> vocabularies,
        int itemCount,
        TrainingOptions options)
    {
        string Name(string role) => layer.Tensors[role];
        switch (layer.Kind)
        {
            case LayerKind.KeywordBag:
                weights.Add(
                    Name("weight"), Normal(vocabularies[Name("weight")].Values.Count + 1, options.KeywordDim), true);
                return options.KeywordDim;
            case LayerKind.TextBag:
                weights.Add(Name("weight"), Normal(options.TextBuckets, options.Dim), true);
                return options.Dim;
            case LayerKind.Number:
                return NumberEncoder.Width;
            case LayerKind.IdEmbedding or LayerKind.HistoryIdEmbedding:
                weights.Add(Name("weight"), Normal(itemCount, options.Dim), true);
                return options.Dim;
            case LayerKind.HistoryEmbedding:
                return options.Dim;
            case LayerKind.Linear:
                int outWidth = OutWidth(layer.Name, options);
                double bound = Math.Sqrt(6.0 / (width + outWidth));
                weights.Add(Name("weight"), rand(outWidth, width).TimesInPlace(2 * bound).PlusInPlace(-bound), false);
                if (layer.Tensors.ContainsKey("bias"))
                {
                    weights.Add(Name("bias"), zeros(outWidth), false);
                }

                return outWidth;
            case LayerKind.Position:
                weights.Add(Name("weight"), Normal(options.HistoryLength, width), false);
                return width;
            case LayerKind.AttentionPool:
                weights.Add(Name("query"), Normal(options.Heads, width), false);
                return options.Heads * width;
            case LayerKind.LayerNorm:
                weights.Add(Name("weight"), ones(width), false);
                weights.Add(Name("bias"), zeros(width), false);
                return width;
            case LayerKind.CausalAttention when layer.Tensors.ContainsKey("bias"):
                weights.Add(Name("bias"), zeros(options.Heads, options.HistoryLength), false);
                return width / layer.Inputs.Length;
            case LayerKind.Add or LayerKind.CausalAttention:
                return width / layer.Inputs.Length;
            default:
                return width;
        }
    }

    private static int OutWidth(string layer, TrainingOptions options)
        => layer.EndsWith("_wide", StringComparison.Ordinal) ? options.HiddenWidth : options.Dim;

    private static Tensor Normal(long rows, long width) => randn(rows, width).TimesInPlace(1 / Math.Sqrt(width));
}
