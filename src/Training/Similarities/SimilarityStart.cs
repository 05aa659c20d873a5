using Linr.Layers;
using Linr.Training.Torch;
using static TorchSharp.torch;

namespace Linr.Training.Similarities;

/// <summary>
/// The first weights of a similarity. Heads of queries and of items start with the same maps, which keep dot products:
/// so a similarity starts as a mean of the cosines of its embeddings, and training has to improve on that.
/// </summary>
/// <param name="options">Kind and widths.</param>
/// <param name="sources">How many embeddings it reads.</param>
internal sealed class SimilarityStart(SimilarityOptions options, int sources)
{
    // How much of the mixture goes at first to pairs of components that are no cosine.
    private const double OtherShare = 0.02;

    // What a further embedding and a centroid weigh at first, beside the first embedding's 1: about what serves a plain
    // sum of cosines best.
    private const double FurtherWeight = 0.2;
    private const double CentroidWeight = 0.1;

    /// <summary>The first weights of a linear layer of a head.</summary>
    public Tensor Linear(TowerSpec head, LayerSpec layer, int width)
    {
        int outWidth = WidthOf(head, layer);
        return !layer.Name.StartsWith(SimilarityDesign.Projection, StringComparison.Ordinal) ? Even(outWidth, width)
            : options.Kind == SimilarityKind.MixtureOfLogits
                ? Turns(outWidth / options.ComponentDim, options.ComponentDim, width, Seed(layer))
                : Halves(outWidth, width);
    }

    /// <summary>A linear layer's weights, drawn evenly.</summary>
    public static Tensor Even(int outWidth, int width)
    {
        double bound = Math.Sqrt(6.0 / (width + outWidth));
        return rand(outWidth, width).TimesInPlace(2 * bound).PlusInPlace(-bound);
    }

    /// <summary>
    /// What the gate adds to each pair of components at first: a pair of one embedding's components that start alike is
    /// that embedding's cosine.
    /// </summary>
    public float[] GateBias()
    {
        (int Source, int Place)[] query = [.. Labels(options.QueryComponents)];
        (int Source, int Place)[] item = [.. Labels(options.ItemComponents)];
        float[] bias = new float[query.Length * item.Length];
        for (int pair = 0; pair < bias.Length; pair++)
        {
            (int source, int place) = query[pair / item.Length];
            int alike = Math.Min(query.Count(one => one.Source == source), item.Count(one => one.Source == source));
            double weight = source == sources ? CentroidWeight : source == 0 ? 1 : FurtherWeight;
            bias[pair] = (float)Math.Log(
                item[pair % item.Length] == (source, place) ? weight / alike : OtherShare / bias.Length);
        }

        return bias;
    }

    // A centroid's component counts as that of one more source.
    private IEnumerable<(int Source, int Place)> Labels(int components)
        => Enumerable.Range(0, sources)
            .SelectMany(source => Enumerable.Range(0, SimilarityDesign.Share(components, sources, source))
                .Select(place => (source, place)))
            .Concat(options.Centroids > 0 ? [(sources, 0)] : []);

    // Tensors that keep lengths and angles, one below the other; the first keeps its input as it is.
    private static Tensor Turns(int count, int outWidth, int width, long seed)
    {
        manual_seed(seed);
        var turns = new List<Tensor>();
        for (int turn = 0; turn < count; turn++)
        {
            Tensor tall = turn == 0 && outWidth >= width
                ? eye(outWidth, width)
                : linalg.qr(randn(Math.Max(outWidth, width), Math.Min(outWidth, width))).Q;
            turns.Add(outWidth >= width ? tall : tall.t());
        }

        return cat(turns.ToArray());
    }

    // Directions and their opposites: the product of what a ReLU leaves of both is large where both lie alike.
    private Tensor Halves(int outWidth, int width)
    {
        int directions = (outWidth + 1) / 2;
        Tensor some = Turns((directions + width - 1) / width, width, width, options.Seed + 77).narrow(0, 0, directions);
        return cat([some, some.Times(-1)]).narrow(0, 0, outWidth).Times(Math.Sqrt(1 / options.Temperature));
    }

    private long Seed(LayerSpec layer) => options.Seed + 77 + layer.Name.Sum(letter => letter);

    private int WidthOf(TowerSpec head, LayerSpec layer) => layer.Name switch
    {
        SimilarityDesign.Wide => options.GateHidden,
        SimilarityDesign.Gate => options.QueryComponentsInAll * options.ItemComponentsInAll,
        _ when options.Kind == SimilarityKind.HadamardMlp => options.Width,
        _ => options.ComponentDim * ComponentsOf(head, layer),
    };

    private int ComponentsOf(TowerSpec head, LayerSpec layer)
    {
        LayerSpec[] projections =
        [
            .. head.Layers.Where(one => one.Name.StartsWith(SimilarityDesign.Projection + '_', StringComparison.Ordinal)),
        ];
        int source = Array.IndexOf(projections, layer);
        int components = head.Name == TowerSpec.QueryTower ? options.QueryComponents : options.ItemComponents;
        return source == sources ? 1 : SimilarityDesign.Share(components, sources, source);
    }
}
