using System.Numerics.Tensors;
using Linr.Cuda;
using Linr.Index.Embeddings;
using Linr.Index.Live;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.Rankers;

namespace Linr.Engine.Live;

/// <summary>
/// Gives items the embeddings that they come without: those of the model's item towers, of its similarities' and
/// rankers' heads; and of an embedding that nothing makes, such as one of the graph, what the nearest items have.
/// </summary>
internal sealed class ItemEmbedder : IDisposable
{
    /// <summary>Items that stand for one that is new.</summary>
    private const int Neighbours = 10;

    private readonly ItemMaker[] _makers;
    private readonly string[] _ofCohorts;

    /// <summary>Loads what makes embeddings of a model's items.</summary>
    /// <exception cref="LayerException">A layer is unknown, or its tensors do not fit it.</exception>
    public ItemEmbedder(LoadedModel model, LayerList layers)
    {
        TowerSpec[] towers = [.. layers.Towers.Where(tower => tower.Name == TowerSpec.ItemTower)];
        _makers =
        [
            .. towers.Concat(SimilarityList.Parse(model.SimilaritiesJson).Similarities.SelectMany(one => one.Items))
                .Concat(RankerList.Parse(model.RankersJson).Rankers.Select(one => one.Item))
                .Select(spec => new ItemMaker(model, spec)),
        ];
        _ofCohorts = towers.Length == 0 ? [] :
        [
            .. layers.Towers.Where(tower => tower.Name == TowerSpec.QueryTower).Select(tower => tower.Embedding)
                .Where(name => _makers.All(maker => maker.Embedding != name)),
        ];
    }

    /// <summary>From now on a device runs the layers that it can.</summary>
    /// <exception cref="CudaException">The weights do not fit the device.</exception>
    public void UseDevice(CudaContext context) => Array.ForEach(_makers, maker => maker.UseDevice(context));

    /// <summary>Whether an embedding is made here, of an item's features, its other embeddings or the nearest items.</summary>
    public bool Makes(string embedding)
        => _makers.Any(maker => maker.Embedding == embedding) || _ofCohorts.Contains(embedding);

    /// <summary>The changes, with all embeddings that can be made of what they have.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="view">What they change.</param>
    /// <param name="nearest">Finds items.</param>
    public IReadOnlyList<ItemChange> Complete(IReadOnlyList<ItemChange> changes, TableView view, NearestItems nearest)
    {
        if (_makers.Length == 0)
        {
            return changes;
        }

        var completed = new List<ItemChange>(changes.Count);
        var ended = new Dictionary<ItemId, ItemDraft?>();
        var drafts = new List<ItemDraft>();
        var drafted = new HashSet<ItemId>();
        foreach (ItemChange change in changes)
        {
            if (change.Kind == ChangeKind.Delete)
            {
                End();
                ended[change.Id] = null;
                completed.Add(change);
                continue;
            }

            if (change.Kind == ChangeKind.Update && drafted.Contains(change.Id))
            {
                End();
            }

            drafts.Add(new ItemDraft(change, change.Kind == ChangeKind.Update ? Find(change.Id) : null));
            drafted.Add(change.Id);
        }

        End();
        return completed;

        Item? Find(ItemId id)
            => ended.TryGetValue(id, out ItemDraft? known) ? known?.Whole
                : view.TryFind(id, out uint row) ? view.Table.ReadItem(row) : null;

        void End()
        {
            Run(drafts, view, nearest);
            foreach (ItemDraft draft in drafts)
            {
                ended[draft.Id] = draft;
                completed.Add(draft.Change);
            }

            drafts.Clear();
            drafted.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_makers, maker => maker.Dispose());

    private void Run(List<ItemDraft> drafts, TableView view, NearestItems nearest)
    {
        Array.ForEach(_makers, maker => Run(maker, isHead: false));
        drafts.ForEach(draft => FillFromItself(draft, view));
        ItemDraft[] without = [.. drafts.Where(draft => _ofCohorts.Any(draft.Lacks))];
        if (without.Length > 0)
        {
            FillFromCohorts(without, view, nearest);
        }

        Array.ForEach(_makers, maker => Run(maker, isHead: true));

        void Run(ItemMaker maker, bool isHead)
        {
            ItemDraft[] needing = maker.IsHead == isHead ? [.. drafts.Where(draft => draft.Needs(maker))] : [];
            if (needing.Length > 0)
            {
                maker.Run(needing, view.Table.Schema);
            }
        }
    }

    // An item that is put in anew: who chose it is known.
    private void FillFromItself(ItemDraft draft, TableView view)
    {
        foreach (string name in _ofCohorts.Where(draft.Lacks))
        {
            if (view.TryFind(draft.Id, out uint row))
            {
                EmbeddingColumn column = view.Table.FindEmbedding(name)!;
                float[] own = new float[column.Schema.Dim];
                column.Read(row, own);
                draft.Set(name, own);
            }
        }
    }

    // As training does for items without interactions: what similar items have stands for what it does not have yet.
    private void FillFromCohorts(ItemDraft[] drafts, TableView view, NearestItems nearest)
    {
        string by = _makers[0].Embedding;
        (uint Row, float Score)[][] cohorts = nearest(
            view, by, [.. drafts.Select(draft => draft.Source(view.Table.Schema, by))], Neighbours);
        foreach (string name in _ofCohorts)
        {
            EmbeddingColumn column = view.Table.FindEmbedding(name)!;
            float[] one = new float[column.Schema.Dim];
            foreach ((ItemDraft draft, (uint Row, float Score)[] cohort) in drafts.Zip(cohorts))
            {
                if (!draft.Lacks(name))
                {
                    continue;
                }

                float[] mean = new float[column.Schema.Dim];
                foreach ((uint row, float cosine) in cohort.Where(hit => hit.Score > 0))
                {
                    column.Read(row, one);
                    TensorPrimitives.MultiplyAdd(one, cosine, mean, mean);
                }

                Kernels.Layers.L2Normalise.Run(mean, mean.Length);
                draft.Set(name, mean);
            }
        }
    }
}
