using Linr.Layers;
using Linr.Training.Data;
using Linr.Training.Embeddings;
using Linr.Training.Evaluation;
using Linr.Training.Torch;

namespace Linr.Training;

/// <summary>A trained model that is still in Torch: evaluate it, export it, dispose it.</summary>
public sealed class TrainedModel : IDisposable
{
    private readonly List<ItemEmbedding> _embeddings = [];
    private Lazy<float[]> _items;

    internal TrainedModel(InteractionDataset data, TwoTowerModel model, TrainingRun run)
    {
        Data = data;
        Model = model;
        Run = run;
        _items = new Lazy<float[]>(model.AllItemEmbeddings);
    }

    /// <summary>The record of the run.</summary>
    public TrainingRun Run { get; }

    /// <summary>The towers' layers, with the query towers of further embeddings behind them.</summary>
    public LayerList Layers => new([.. Model.Layers.Towers, .. _embeddings.Select(one => one.Query)]);

    /// <summary>Embeddings of the items beside the towers' own.</summary>
    public IReadOnlyList<ItemEmbedding> Embeddings => _embeddings;

    /// <summary>What it was trained on.</summary>
    public InteractionDataset Data { get; }

    /// <summary>Embeddings of all items, row r of the catalogue at r * dim.</summary>
    public ReadOnlyMemory<float> ItemEmbeddings => _items.Value;

    /// <summary>The towers in Torch.</summary>
    internal TwoTowerModel Model { get; }

    /// <summary>Gives the model a further embedding of its items.</summary>
    /// <exception cref="ArgumentException">
    /// One has its name already, or it is of other items than the model's.
    /// </exception>
    public void Add(ItemEmbedding embedding)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        if (embedding.Name == Run.Options.Embedding || _embeddings.Any(one => one.Name == embedding.Name)
            || embedding.Rows.Length != Data.Catalogue.Count * embedding.Dim)
        {
            throw new ArgumentException(
                $"Expected a new embedding of {Data.Catalogue.Count} items; found \"{embedding.Name}\" of "
                + $"{embedding.Rows.Length / embedding.Dim}.",
                nameof(embedding));
        }

        _embeddings.Add(embedding);
    }

    /// <summary>Embeds all items anew: the towers have moved.</summary>
    internal void Refresh() => _items = new Lazy<float[]>(Model.AllItemEmbeddings);

    /// <summary>Query embeddings, query q at q * dim.</summary>
    /// <param name="users">Rows of the users whose query features are read.</param>
    /// <param name="histories">
    /// Item rows, the latest first, history length a query, padded by <see cref="HistoryRows.None"/>.
    /// </param>
    public float[] EmbedQueries(ReadOnlySpan<int> users, ReadOnlySpan<int> histories)
        => EmbedQueries(QueryRows.Whole(users, histories));

    /// <summary>Query embeddings of rows, query q at q * dim.</summary>
    internal float[] EmbedQueries(QueryRows queries) => Model.QueryEmbeddings(queries, _items.Value);

    /// <summary>The model as something to evaluate.</summary>
    public IScorer ToScorer(string name = "two-tower")
        => new TwoTowerScorer(name, Run.Options.Dim, Run.Options.HistoryLength, _items.Value, EmbedQueries);

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}
