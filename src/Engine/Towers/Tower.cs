using Linr.Cuda;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.Memory;

namespace Linr.Engine.Towers;

/// <summary>
/// A tower of a model file: raw features to embeddings by the engine's own arithmetic, on the processor or on a device.
/// Its weights stay in the mapped file, which must outlive it. Safe for concurrent use, a <see cref="TowerBatch"/>
/// each.
/// </summary>
public sealed class Tower : IDisposable
{
    /// <summary>Items that <see cref="EmbedItems"/> embeds together.</summary>
    public const int ItemBatch = 4_096;

    private readonly LayerStep[] _steps;
    private readonly Dictionary<string, SourceEncoder> _encoders = [];
    private readonly Dictionary<string, IdRows> _idRows = [];
    private readonly int _historyLength;
    private DeviceLayers? _device;

    private Tower(TowerSpec spec, TowerWeights weights)
    {
        Spec = spec;
        var places = new Dictionary<string, int>();
        _steps = new LayerStep[spec.Layers.Length];
        for (int layer = 0; layer < _steps.Length; layer++)
        {
            LayerSpec one = spec.Layers[layer];
            LayerStep[] inputs = [.. one.Inputs.Select(input => _steps[places[input]])];
            _steps[layer] = LayerStep.Create(spec, one, layer, inputs, weights);
            places.Add(one.Name, layer);
            AddSource(one, weights);
        }

        _historyLength = (int)(
            spec.Layers.FirstOrDefault(layer => layer.Kind == LayerKind.HistoryEmbedding)?.Number("length", 0) ?? 0);
        LayerStep last = _steps[^1];
        if (last.Width != spec.Dim || last.IsSequence)
        {
            throw new LayerException(
                $"Tower {spec.Name}: expected its last layer to give a row of {spec.Dim}; found {last.Width}"
                + (last.IsSequence ? " for each place of a sequence." : "."));
        }
    }

    /// <summary>The layers.</summary>
    public TowerSpec Spec { get; }

    /// <summary>Items of a history that the tower reads; 0 for an item tower.</summary>
    public int HistoryLength => _historyLength;

    /// <summary>Whether a device can run all of the layers; else the processor does, wherever rows are scanned.</summary>
    public bool CanUseDevice => Spec.Layers.All(layer => layer.Kind
        is not (LayerKind.L2NormaliseParts or LayerKind.ClosestCentroid or LayerKind.OrElse));

    /// <summary>Bytes of device memory that the weights take on a device, whether they are there or not.</summary>
    public long DeviceBytes => DeviceLayers.WeightBytes(_steps);

    /// <summary>Whether a device runs the layers.</summary>
    public bool IsOnDevice => _device is not null;

    /// <summary>A tower of an open model.</summary>
    /// <param name="model">The model that holds its weights.</param>
    /// <param name="spec">The tower among the model's layers.</param>
    /// <exception cref="LayerException">A layer is unknown, or its tensors do not fit it.</exception>
    public static Tower Load(LoadedModel model, TowerSpec spec)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(spec);
        return new Tower(spec, new TowerWeights(model));
    }

    /// <summary>A tower of an open model, or null where the model has none of that name for that embedding.</summary>
    /// <inheritdoc cref="Load(LoadedModel, TowerSpec)" path="/exception"/>
    public static Tower? Load(LoadedModel model, string tower, string embedding)
    {
        ArgumentNullException.ThrowIfNull(model);
        return LayerList.Parse(model.LayersJson).Find(tower, embedding) is { } spec ? Load(model, spec) : null;
    }

    /// <summary>A batch to fill for this tower.</summary>
    public TowerBatch CreateBatch() => new(
        this,
        Spec.Layers.Where(layer => layer.Inputs.IsEmpty && layer.Kind != LayerKind.HistoryEmbedding)
            .ToDictionary(layer => layer.Name, _ => new SourceRows()),
        [.. _steps.Select(step => new Activations { Width = step.Width, IsSequence = step.IsSequence })]);

    /// <summary>The embeddings of a batch.</summary>
    /// <param name="batch">Filled; made by this tower.</param>
    /// <param name="embeddings">Room for the batch's rows * dim floats.</param>
    /// <exception cref="ArgumentException">There is less room.</exception>
    /// <exception cref="CudaException">The device failed.</exception>
    public void Embed(TowerBatch batch, Span<float> embeddings)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (embeddings.Length < batch.Count * Spec.Dim)
        {
            throw new ArgumentException(
                $"Expected room for {batch.Count * Spec.Dim} floats; found {embeddings.Length}.", nameof(embeddings));
        }

        Span<float> rows = embeddings[..(batch.Count * Spec.Dim)];
        if (_device is not null)
        {
            _device.Embed(batch, rows);
            return;
        }

        foreach (LayerStep step in _steps)
        {
            step.Run(batch);
        }

        batch.Outputs[^1].Values.CopyTo(rows);
    }

    /// <summary>The embeddings of items, as many as there are, in batches.</summary>
    /// <param name="items">Their ids and raw features.</param>
    /// <param name="batch">Made by this tower; its contents are replaced.</param>
    /// <param name="embeddings">Room for a row of dim floats an item.</param>
    /// <exception cref="ArgumentException">
    /// There is less room, or a value is of a type that a layer cannot read.
    /// </exception>
    /// <exception cref="CudaException">The device failed.</exception>
    public void EmbedItems(IReadOnlyList<Item> items, TowerBatch batch, Span<float> embeddings)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(batch);
        for (int first = 0; first < items.Count; first += ItemBatch)
        {
            batch.Clear();
            for (int item = first; item < Math.Min(first + ItemBatch, items.Count); item++)
            {
                batch.AddItem(items[item].Id, items[item].Fields);
            }

            Embed(batch, embeddings[Math.Min(first * Spec.Dim, embeddings.Length)..]);
        }
    }

    /// <summary>From now on a device runs the layers; not while a batch is embedded.</summary>
    /// <param name="context">Where; it stays open until this tower is disposed.</param>
    /// <exception cref="InvalidOperationException">The tower is on a device already.</exception>
    /// <exception cref="CudaException">The memory is not there, or the driver refused the kernel.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public void UseDevice(CudaContext context)
    {
        if (_device is not null)
        {
            throw new InvalidOperationException($"Tower {Spec.Name} is on a device already.");
        }

        _device = new DeviceLayers(context, _steps, _historyLength);
    }

    /// <summary>Gives back what is on a device.</summary>
    public void Dispose() => _device?.Dispose();

    /// <summary>Adds an item's id to each id embedding.</summary>
    internal void EncodeId(TowerBatch batch, long key)
    {
        foreach ((string layer, IdRows rows) in _idRows)
        {
            AddKey(batch, layer, rows, key);
        }
    }

    /// <summary>Adds a place to the open history; false when it is full.</summary>
    internal bool EncodeHistoryId(TowerBatch batch, long key)
    {
        if (batch.Places.OpenCount >= _historyLength)
        {
            return false;
        }

        EncodeId(batch, key);
        return true;
    }

    /// <summary>Adds an embedding to each source of a head.</summary>
    /// <exception cref="ArgumentException">They are more or fewer, or one is of another width.</exception>
    internal void EncodeEmbeddings(TowerBatch batch, IReadOnlyList<ReadOnlyMemory<float>> embeddings)
    {
        int next = 0;
        for (int layer = 0; layer < _steps.Length; layer++)
        {
            LayerSpec spec = Spec.Layers[layer];
            if (spec.Kind != LayerKind.Embedding)
            {
                continue;
            }

            if (next == embeddings.Count || embeddings[next].Length != _steps[layer].Width)
            {
                string found = next == embeddings.Count ? "none" : $"{embeddings[next].Length}";
                throw new ArgumentException(
                    $"Expected an embedding \"{spec.Field}\" of dim {_steps[layer].Width}; found {found}.",
                    nameof(embeddings));
            }

            batch.Sources[spec.Name].AddRange(embeddings[next].Span);
            next++;
        }

        if (next < embeddings.Count)
        {
            throw new ArgumentException($"Expected {next} embeddings; found {embeddings.Count}.", nameof(embeddings));
        }
    }

    /// <summary>Adds raw features to each source that reads a field.</summary>
    internal void EncodeFields(TowerBatch batch, IReadOnlyDictionary<string, IReadOnlyList<Value>> fields)
    {
        foreach ((string layer, SourceEncoder encoder) in _encoders)
        {
            encoder.Append(fields, batch.Sources[layer]);
        }
    }

    private static void AddKey(TowerBatch batch, string layer, IdRows rows, long key)
    {
        CodeBags bags = batch.Sources[layer].Bags;
        int row = rows.Find(key);
        if (row >= 0)
        {
            bags.Add(row);
        }

        bags.EndBag();
    }

    private void AddSource(LayerSpec layer, TowerWeights weights)
    {
        if (layer.Kind == LayerKind.Embedding)
        {
            return;
        }

        if (layer.Field is not null)
        {
            int rows = layer.Kind == LayerKind.Number ? 0 : checked((int)weights.Floats(layer, "weight", 2).Shape[0]);
            Vocabulary? vocabulary = layer.Kind != LayerKind.KeywordBag ? null
                : Vocabulary.Read(
                    weights.Bytes(layer, "value_bytes").Span, weights.Integers(layer, "value_starts").Span);
            _encoders.Add(layer.Name, SourceEncoder.Create(layer, rows, vocabulary));
        }
        else if (layer.Kind is LayerKind.IdEmbedding or LayerKind.HistoryIdEmbedding)
        {
            (NativeSlice<float> _, long[] shape) = weights.Floats(layer, "weight", 2);
            _idRows.Add(layer.Name, new IdRows(layer, weights.Integers(layer, "keys"), shape[0]));
        }
    }
}
