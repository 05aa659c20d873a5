using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Engine.Batching;

/// <summary>A query vector on its way to its hits.</summary>
/// <param name="dim">The width of the embedding, D.</param>
internal sealed class VectorSlot(int dim) : BatchSlot<int>
{
    private readonly float[] _vector = new float[dim];

    public Span<float> Vector => _vector;

    public RowFilter? Filter { get; set; }

    public float ScoreMin { get; set; }

    /// <summary>Where the hits go; as many as there is room for.</summary>
    public Memory<ScanHit> Hits { get; set; }

    /// <summary>Where the ids of their items go; none where they are not wanted.</summary>
    public Memory<ItemId> Ids { get; set; }

    public override bool SharesScan(BatchSlot other) => true;

    public override void Clear()
    {
        Filter = null;
        Hits = default;
        Ids = default;
    }
}
