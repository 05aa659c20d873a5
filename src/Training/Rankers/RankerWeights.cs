using Linr.Engine.Towers;
using Linr.Layers;
using Linr.Rankers;
using Linr.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Rankers;

/// <summary>The first weights of a ranker: by these it leaves candidates in the order of their scores.</summary>
internal sealed class RankerWeights(
    RankerSpec spec, RankerOptions options, IReadOnlyDictionary<string, Vocabulary> vocabularies, int itemCount)
{
    /// <summary>Draws them.</summary>
    /// <param name="device">Where they live.</param>
    /// <param name="temperature">What the towers divide scores by.</param>
    public WeightSet Create(Device device, double temperature)
    {
        manual_seed(options.Seed);
        using DisposeScope scope = NewDisposeScope();
        var weights = new WeightSet(device);
        foreach (TowerSpec list in (TowerSpec[])[spec.Query, spec.Item, spec.OverArch])
        {
            var widths = new Dictionary<string, int>();
            foreach (LayerSpec layer in list.Layers)
            {
                widths[layer.Name] = Add(weights, layer, layer.Inputs.Sum(input => widths[input]));
            }
        }

        weights.Add(spec.Tensors[RankerSpec.Places], zeros(options.Places), isTable: false);
        LayerSpec straight = spec.Layers.First(layer => layer.Name == RankerDesign.Straight);
        Tensor ofScore = weights[straight.Tensors["weight"]].Value;
        int column = spec.Features.TakeWhile(feature => feature != RankFeature.Score)
            .Sum(feature => RankFeature.WidthOf(feature, options.Width));
        ofScore.zero_();
        using Tensor place = tensor(new long[] { column }, device: device);
        using Tensor click = ofScore.narrow(0, 0, 1).view(-1);
        click.FillInPlace(place, 1 / temperature);
        return weights;
    }

    // Adds the layer's tensors and returns the width of its output.
    private int Add(WeightSet weights, LayerSpec layer, int width)
    {
        switch (layer.Kind)
        {
            case LayerKind.Embedding:
                return (int)layer.Numbers["dim"];
            case LayerKind.Number:
                return NumberEncoder.Width;
            case LayerKind.KeywordBag:
                string name = layer.Tensors["weight"];
                weights.Add(
                    name,
                    randn(vocabularies[name].Values.Count + 1, options.KeywordDim).TimesInPlace(1 / Math.Sqrt(options.KeywordDim)),
                    isTable: true);
                return options.KeywordDim;
            case LayerKind.IdEmbedding:
                weights.Add(layer.Tensors["weight"], zeros(itemCount, options.Width), isTable: true);
                return options.Width;
            case LayerKind.Linear:
                return Linear(weights, layer, width);
            case LayerKind.Add:
                return width / layer.Inputs.Length;
            default:
                return width;
        }
    }

    private int Linear(WeightSet weights, LayerSpec layer, int width)
    {
        int outWidth = RankerDesign.WidthOf(options, layer, spec.Tasks.Length);
        if (layer.Name == RankerDesign.Projection)
        {
            // Heads start alike, so that products of halves are near those of embeddings.
            manual_seed(options.Seed + 77);
        }

        double bound = layer.Name == RankerDesign.Deep ? 0 : Math.Sqrt(6.0 / (width + outWidth));
        weights.Add(
            layer.Tensors["weight"], rand(outWidth, width).TimesInPlace(2 * bound).PlusInPlace(-bound), isTable: false);
        if (layer.Tensors.TryGetValue("bias", out string? bias))
        {
            weights.Add(bias, zeros(outWidth), isTable: false);
        }

        return outWidth;
    }
}
