using System.Collections.Immutable;
using Linr.Cuda;
using Linr.Index.ModelFiles;
using Linr.Layers;

namespace Linr.Engine.Requests;

/// <summary>
/// The query towers of a model, one for each embedding that has one. A search by an embedding uses the first; one by a
/// learned similarity those of the embeddings that it reads. Safe for concurrent use.
/// </summary>
internal sealed class QueryTowers : IDisposable
{
    private readonly ImmutableArray<IQueryEmbedder> _towers;

    private QueryTowers(ImmutableArray<IQueryEmbedder> towers) => _towers = towers;

    /// <summary>The embedding that a search uses unless it says otherwise.</summary>
    public string Embedding => _towers[0].Embedding;

    /// <summary>Whether the first is from outside.</summary>
    public bool IsCustom => _towers[0] is not QueryTower;

    /// <summary>The features that towers read, besides the history.</summary>
    public IEnumerable<string> FeatureNames => _towers.SelectMany(tower => tower.FeatureNames).Distinct();

    /// <summary>Bytes of device memory that the weights take on a device, whether they are there or not.</summary>
    public long DeviceBytes => _towers.OfType<QueryTower>().Sum(tower => tower.DeviceBytes);

    /// <summary>The tower of an embedding, or null.</summary>
    public IQueryEmbedder? Find(string embedding) => _towers.FirstOrDefault(tower => tower.Embedding == embedding);

    /// <summary>The query towers of a model, or null when it has none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="custom">One from outside, which stands first and in the place of the model's of its embedding; it is
    /// owned from now on.</param>
    /// <exception cref="LayerException">
    /// A layer is unknown or does not fit the model's embeddings, or two towers are of one embedding.
    /// </exception>
    public static QueryTowers? Load(LoadedModel model, LayerList layers, IQueryEmbedder? custom = null)
    {
        TowerSpec[] specs = [.. layers.Towers.Where(tower => tower.Name == TowerSpec.QueryTower)];
        if (specs.GroupBy(spec => spec.Embedding).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new LayerException($"Expected one query tower an embedding; \"{twice.Key}\" has {twice.Count()}.");
        }

        ImmutableArray<IQueryEmbedder> towers =
        [
            .. custom is null ? [] : (IQueryEmbedder[])[custom],
            .. specs.Where(spec => spec.Embedding != custom?.Embedding).Select(spec => QueryTower.Load(model, spec)),
        ];
        return towers.IsEmpty ? null : new QueryTowers(towers);
    }

    /// <summary>From now on a device runs the layers that it can; call it before the first query.</summary>
    /// <inheritdoc cref="Towers.Tower.UseDevice" path="/exception"/>
    public void UseDevice(CudaContext context)
    {
        foreach (QueryTower tower in _towers.OfType<QueryTower>())
        {
            tower.UseDevice(context);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IQueryEmbedder tower in _towers)
        {
            tower.Dispose();
        }
    }
}
