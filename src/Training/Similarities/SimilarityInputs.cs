using Linr.Layers;
using Linr.Training.Data;
using Linr.Training.Embeddings;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Similarities;

/// <summary>What a similarity reads of a model: its embeddings, of all items and of queries.</summary>
internal sealed class SimilarityInputs
{
    private readonly TrainedModel _model;

    /// <summary>Finds the embeddings.</summary>
    /// <exception cref="ArgumentException">The model has none of a name.</exception>
    public SimilarityInputs(TrainedModel model, IEnumerable<string> names)
    {
        _model = model;
        string own = model.Run.Options.Embedding;
        string[] known = [own, .. model.Embeddings.Select(one => one.Name)];
        Names = [.. names.DefaultIfEmpty(own)];
        if (Names.Except(known).FirstOrDefault() is { } unknown)
        {
            throw new ArgumentException(
                $"{nameof(SimilarityOptions.Embeddings)}: expected the model's ({string.Join(", ", known)}); found {unknown}.",
                nameof(names));
        }
    }

    /// <summary>The embeddings' names, in the similarity's order.</summary>
    public string[] Names { get; }

    /// <summary>Which of them is the one that the towers make; negative where none is.</summary>
    public int OfTowers => Array.IndexOf(Names, _model.Run.Options.Embedding);

    /// <summary>Names and widths.</summary>
    public (string Name, int Dim)[] Sources => Array.ConvertAll(Names, name => (name, DimOf(name)));

    /// <summary>Rows of all items, of each embedding.</summary>
    public ReadOnlyMemory<float>[] Items => Array.ConvertAll(Names, ItemsOf);

    /// <summary>Embeddings of queries, of each embedding, query after query.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="withoutTowers">Leaves the embedding that the towers make empty.</param>
    public float[][] Queries(QueryRows queries, bool withoutTowers = false)
    {
        float[][] embedded = new float[Names.Length][];
        int[] histories = queries.ToHistories();
        for (int source = 0; source < embedded.Length; source++)
        {
            embedded[source] = Find(Names[source]) is { } further
                ? further.EmbedQueries(histories)
                : withoutTowers ? []
                : _model.EmbedQueries(queries);
        }

        return embedded;
    }

    /// <summary>Rows side by side as tensors, one for each embedding.</summary>
    public Tensor[] ToTensors(IReadOnlyList<ReadOnlyMemory<float>> rows, Device device)
        => [.. rows.Select((one, source) => tensor(one.ToArray(), device: device).view(-1, DimOf(Names[source])))];

    /// <summary>The halves of queries by a similarity as it is, query after query.</summary>
    public float[] QueryHalves(Torch.TorchSimilarity similarity, int[] users, int[] histories)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor[] queries = ToTensors(
            [.. Queries(QueryRows.Whole(users, histories)).Select(one => (ReadOnlyMemory<float>)one)], similarity.Weights.Device);
        return similarity.QueryHalves(queries, similarity.Parameters(training: false)).cpu().contiguous()
            .data<float>().ToArray();
    }

    /// <summary>Halves of all items by a similarity as it is, one after the other.</summary>
    public float[][] ItemHalves(Torch.TorchSimilarity similarity)
    {
        const int chunk = 4_096;
        int count = _model.Data.Catalogue.Count;
        ReadOnlyMemory<float>[] all = Items;
        float[][] halves = [.. similarity.Spec.Items.Select(head => new float[(long)count * head.Dim])];
        using IDisposable quiet = no_grad();
        for (int start = 0; start < count; start += chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            int rows = Math.Min(chunk, count - start);
            Tensor[] parts = ToTensors(
                [.. Sources.Zip(all, (source, values) => values.Slice(start * source.Dim, rows * source.Dim))],
                similarity.Weights.Device);
            Tensor[] made = similarity.ItemHalves(parts, similarity.Parameters(training: false));
            foreach ((float[] half, TowerSpec head, Tensor part) in halves.Zip(similarity.Spec.Items, made))
            {
                part.cpu().contiguous().data<float>().CopyTo(half.AsSpan(start * head.Dim));
            }
        }

        return halves;
    }

    private int DimOf(string name) => Find(name)?.Dim ?? _model.Run.Options.Dim;

    private ReadOnlyMemory<float> ItemsOf(string name) => Find(name)?.Rows ?? _model.ItemEmbeddings;

    private ItemEmbedding? Find(string name) => _model.Embeddings.FirstOrDefault(one => one.Name == name);
}
