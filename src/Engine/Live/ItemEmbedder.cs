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
        _makers = [.. MakersOf(model, layers).Select(spec => new ItemMaker(model, spec))];
        _ofCohorts = layers.Towers.All(tower => tower.Name != TowerSpec.ItemTower) ? [] :
        [
            .. layers.Towers.Where(tower => tower.Name == TowerSpec.QueryTower).Select(tower => tower.Embedding)
                .Where(name => _makers.All(maker => maker.Embedding != name)),
        ];
    }

    /// <summary>
    /// What makes embeddings of a model's items, in the order in which it does: item towers, then heads.
    /// </summary>
    public static IEnumerable<TowerSpec> MakersOf(LoadedModel model, LayerList layers)
        => layers.Towers.Where(tower => tower.Name == TowerSpec.ItemTower)
            .Concat(SimilarityList.Parse(model.SimilaritiesJson).Similarities.SelectMany(one => one.Items))
            .Concat(RankerList.Parse(model.RankersJson).Rankers.Select(one => one.Item));

    /// <summary>From now on a device runs the layers that it can.</summary>
    /// <exception cref="CudaException">The weights do not fit the device.</exception>
    public void UseDevice(CudaContext context) => Array.ForEach(_makers, maker => maker.UseDevice(context));

    /// <summary>Whether an embedding is made here, of an item's features, its other embeddings or the nearest items.</summary>
    public bool Makes(string embedding)
        => _makers.Any(maker => maker.Embedding == embedding) || _ofCohorts.Contains(embedding);

    /// <summary>The changes, with all embeddings that can be made of what they have.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="isStale">[change]: whether it will have no effect.</param>
    /// <param name="view">What they change.</param>
    /// <param name="nearest">Finds items.</param>
    public CompletedChanges Complete(
        IReadOnlyList<ItemChange> changes, bool[] isStale, TableView view, NearestItems nearest)
    {
        if (_makers.Length == 0)
        {
            return new CompletedChanges(changes, null);
        }

        ItemChange[] completed = [.. changes];
        var origins = new EmbeddingOrigins[changes.Count];
        var ended = new Dictionary<ItemId, Item?>();
        var drafts = new List<ItemDraft>();
        var drafted = new HashSet<ItemId>();
        for (int i = 0; i < completed.Length; i++)
        {
            ItemChange change = completed[i];
            if (isStale[i])
            {
                continue;
            }

            // An upsert replaces what there is, but for embeddings that nothing makes of it.
            bool readsOld = change.Kind == ChangeKind.Update
                || (change.Kind == ChangeKind.Upsert && !_ofCohorts.All(change.Item.Embeddings.ContainsKey));
            if ((readsOld || change.Kind == ChangeKind.Delete) && drafted.Contains(change.Id))
            {
                End();
            }

            if (change.Kind == ChangeKind.Delete)
            {
                ended[change.Id] = null;
                continue;
            }

            drafts.Add(new ItemDraft(i, change, readsOld ? Find(change.Id) : null));
            drafted.Add(change.Id);
        }

        End();
        return new CompletedChanges(completed, origins);

        Item? Find(ItemId id)
            => ended.TryGetValue(id, out Item? known) ? known
                : view.TryFind(id, out uint row) ? view.Table.ReadItem(row) : null;

        void End()
        {
            Run(drafts, view, nearest);
            foreach (ItemDraft draft in drafts)
            {
                ended[draft.Id] = draft.Whole;
                (completed[draft.Place], origins[draft.Place]) = (draft.Change, draft.Origins);
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

        // Of an item that is put in anew it is known who chose it.
        drafts.ForEach(draft => Array.ForEach([.. _ofCohorts.Where(draft.Lacks)], draft.Keep));
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
