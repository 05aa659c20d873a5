using System.Numerics.Tensors;
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

    /// <summary>The changes, with all embeddings that can be made of what they have.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="view">What they change.</param>
    /// <param name="nearest">
    /// The nearest items to embeddings of a name, [queries][rows and their cosines], so many of each at most.
    /// </param>
    public IReadOnlyList<ItemChange> Complete(
        IReadOnlyList<ItemChange> changes,
        TableView view,
        Func<string, IReadOnlyList<ReadOnlyMemory<float>>, int, (uint Row, float Score)[][]> nearest)
    {
        if (_makers.Length == 0)
        {
            return changes;
        }

        var completed = new List<ItemChange>(changes.Count);
        var whole = new Dictionary<ItemId, Item?>();
        var drafts = new List<ItemDraft>();
        foreach (ItemChange change in changes)
        {
            if (change.Kind == ChangeKind.Delete)
            {
                End();
                whole[change.Id] = null;
                completed.Add(change);
                continue;
            }

            if (change.Kind == ChangeKind.Update && drafts.Exists(draft => draft.Id == change.Id))
            {
                End();
            }

            drafts.Add(new ItemDraft(change, change.Kind == ChangeKind.Update ? Find(change.Id) : null));
        }

        End();
        return completed;

        Item? Find(ItemId id)
            => whole.TryGetValue(id, out Item? known) ? known
                : view.TryFind(id, out uint row) ? view.Table.ReadItem(row) : null;

        void End()
        {
            Run(drafts, view, nearest);
            foreach (ItemDraft draft in drafts)
            {
                whole[draft.Id] = draft.Whole;
                completed.Add(draft.Change);
            }

            drafts.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_makers, maker => maker.Dispose());

    private void Run(
        List<ItemDraft> drafts,
        TableView view,
        Func<string, IReadOnlyList<ReadOnlyMemory<float>>, int, (uint Row, float Score)[][]> nearest)
    {
        Array.ForEach(_makers, maker => Run(maker, isHead: false));
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
    private void FillFromCohorts(
        ItemDraft[] drafts,
        TableView view,
        Func<string, IReadOnlyList<ReadOnlyMemory<float>>, int, (uint Row, float Score)[][]> nearest)
    {
        string by = _makers[0].Embedding;
        (uint Row, float Score)[][] cohorts = nearest(
            by, [.. drafts.Select(draft => draft.Source(view.Table.Schema, by))], Neighbours);
        foreach (string name in _ofCohorts)
        {
            EmbeddingColumn column = view.Table.FindEmbedding(name)!;
            float[] one = new float[column.Schema.Dim];
            foreach ((ItemDraft draft, (uint Row, float Score)[] cohort) in drafts.Zip(cohorts))
            {
                float[] mean = new float[column.Schema.Dim];
                if (!draft.Lacks(name))
                {
                    continue;
                }

                if (view.TryFind(draft.Id, out uint own))
                {
                    // It is put in anew: who chose it is known.
                    column.Read(own, mean);
                    draft.Set(name, mean);
                    continue;
                }

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
