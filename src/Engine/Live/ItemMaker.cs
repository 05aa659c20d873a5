using Linr.Cuda;
using Linr.Engine.Towers;
using Linr.Index.ModelFiles;
using Linr.Layers;

namespace Linr.Engine.Live;

/// <summary>Makes one embedding of items: an item tower of fields, or a head of other embeddings.</summary>
internal sealed class ItemMaker : IDisposable
{
    private readonly Tower _tower;
    private readonly TowerBatch _batch;
    private readonly string[] _sources;
    private readonly HashSet<string> _inputs;

    /// <summary>Loads the weights.</summary>
    /// <exception cref="LayerException">A layer is unknown, or its tensors do not fit it.</exception>
    public ItemMaker(LoadedModel model, TowerSpec spec)
    {
        _tower = Tower.Load(model, spec);
        _batch = _tower.CreateBatch();
        _sources = [.. spec.Layers.Where(layer => layer.Kind == LayerKind.Embedding).Select(layer => layer.Field!)];
        _inputs = [.. spec.Layers.Select(layer => layer.Field).OfType<string>()];
    }

    /// <summary>The embedding that it makes.</summary>
    public string Embedding => _tower.Spec.Embedding;

    /// <summary>Whether it reads embeddings.</summary>
    public bool IsHead => _sources.Length > 0;

    /// <summary>The embeddings that it reads.</summary>
    public IReadOnlyList<string> Sources => _sources;

    /// <summary>From now on a device runs the layers, if it can; the embeddings are the same.</summary>
    /// <exception cref="CudaException">The weights do not fit the device.</exception>
    public void UseDevice(CudaContext context)
    {
        if (_tower.CanUseDevice)
        {
            _tower.UseDevice(context);
        }
    }

    /// <summary>Whether an item's embedding is another when some of its parts are.</summary>
    public bool Reads(IEnumerable<string> names) => names.Any(_inputs.Contains);

    /// <summary>Makes the embeddings of items, all at once.</summary>
    /// <param name="drafts">The items; each has what it reads.</param>
    /// <param name="schema">Under cosine a source is read at norm 1.</param>
    public void Run(IReadOnlyList<ItemDraft> drafts, Schema schema)
    {
        _batch.Clear();
        foreach (ItemDraft draft in drafts)
        {
            _batch.AddItem(draft.Id, draft.Fields, [.. _sources.Select(source => draft.Source(schema, source))]);
        }

        int dim = _tower.Spec.Dim;
        float[] made = new float[drafts.Count * dim];
        _tower.Embed(_batch, made);
        for (int i = 0; i < drafts.Count; i++)
        {
            drafts[i].Set(Embedding, made.AsMemory(i * dim, dim));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _tower.Dispose();
}
