using Linr.Engine.Requests;

namespace Linr.Engine.Batching;

/// <summary>A request on its way to its response.</summary>
internal sealed class SearchSlot : BatchSlot<SearchResponse>
{
    public ScanShape Shape { get; set; }

    public RequestWork? Work { get; set; }

    public override bool SharesScan(BatchSlot other) => Shape == ((SearchSlot)other).Shape;

    public override void Clear()
    {
        Shape = default;
        Work = null;
    }
}
