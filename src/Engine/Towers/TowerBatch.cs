namespace Linr.Engine.Towers;

/// <summary>
/// The raw input of one batch of a tower, row after row, and the room that its forward pass works in. Reuse it: after
/// the largest batch it allocates nothing. One thread at a time.
/// </summary>
public sealed class TowerBatch
{
    private readonly Tower _tower;
    private readonly List<float> _history = [];

    internal TowerBatch(Tower tower, Dictionary<string, SourceRows> sources, Activations[] outputs)
    {
        _tower = tower;
        Sources = sources;
        Outputs = outputs;
    }

    /// <summary>Rows that were ended.</summary>
    public int Count { get; private set; }

    /// <summary>Encoded source rows, by layer name.</summary>
    internal Dictionary<string, SourceRows> Sources { get; }

    /// <summary>A layer's output, in the order of the layers.</summary>
    internal Activations[] Outputs { get; }

    /// <summary>Item embeddings of all histories, place after place.</summary>
    internal ReadOnlySpan<float> History => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_history);

    /// <summary>Where each row's history starts, in places.</summary>
    internal CodeBags Places { get; } = new();

    /// <summary>Room for the attention's shares.</summary>
    internal float[] Shares { get; set; } = [];

    /// <summary>Forgets the last batch.</summary>
    public void Clear()
    {
        Count = 0;
        _history.Clear();
        Places.Clear();
        foreach (SourceRows rows in Sources.Values)
        {
            rows.Clear();
        }
    }

    /// <summary>Adds an item: its id and its raw features.</summary>
    /// <exception cref="ArgumentException">A value is of a type that a layer cannot read.</exception>
    public void AddItem(ItemId id, IReadOnlyDictionary<string, IReadOnlyList<Value>> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        _tower.EncodeId(this, id.Key);
        _tower.EncodeFields(this, fields);
        Count++;
    }

    /// <summary>Adds an item to a tower that reads its embeddings too.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="fields">Its raw features.</param>
    /// <param name="embeddings">One for each source that reads one, in the order of the layers.</param>
    /// <exception cref="ArgumentException">
    /// A value is of a type that a layer cannot read; embeddings are more or fewer, or one is of another width.
    /// </exception>
    internal void AddItem(
        ItemId id,
        IReadOnlyDictionary<string, IReadOnlyList<Value>> fields,
        IReadOnlyList<ReadOnlyMemory<float>> embeddings)
    {
        _tower.EncodeEmbeddings(this, embeddings);
        AddItem(id, fields);
    }

    /// <summary>
    /// Adds an item to the history of the query that is being filled, the latest first; those beyond the tower's
    /// history length are left out.
    /// </summary>
    /// <param name="key">The item's key.</param>
    /// <param name="embedding">Its stored embedding, [dim].</param>
    /// <exception cref="ArgumentException">The embedding is of another width.</exception>
    public void AddHistoryItem(long key, ReadOnlySpan<float> embedding)
    {
        if (embedding.Length != _tower.Spec.Dim)
        {
            throw new ArgumentException(
                $"Expected an embedding of dim {_tower.Spec.Dim}; found {embedding.Length}.", nameof(embedding));
        }

        if (_tower.EncodeHistoryId(this, key))
        {
            foreach (float value in embedding)
            {
                _history.Add(value);
            }

            Places.Add(0);
        }
    }

    /// <summary>Adds a row of a similarity's head: the embeddings that it reads.</summary>
    /// <param name="embeddings">One for each source, in the order of the layers.</param>
    /// <exception cref="ArgumentException">They are more or fewer, or one is of another width.</exception>
    internal void AddEmbeddings(IReadOnlyList<ReadOnlyMemory<float>> embeddings)
    {
        _tower.EncodeEmbeddings(this, embeddings);
        Count++;
    }

    /// <summary>Ends the query that is being filled.</summary>
    /// <param name="fields">Its raw query features.</param>
    /// <exception cref="ArgumentException">A value is of a type that a layer cannot read.</exception>
    public void EndQuery(IReadOnlyDictionary<string, IReadOnlyList<Value>> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        _tower.EncodeFields(this, fields);
        Places.EndBag();
        Count++;
    }
}
