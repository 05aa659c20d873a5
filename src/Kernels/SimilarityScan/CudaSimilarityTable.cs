using System.Runtime.InteropServices;
using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>A learned similarity and the items' halves as kernels read them: addresses in device memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CudaSimilarityTable
{
    private ulong _vectors;
    private ulong _gates;
    private ulong _inner;
    private ulong _innerBias;
    private ulong _outer;
    private ulong _outerBias;
    private ulong _scored;
    private ulong _gated;
    private ulong _gate;
    private uint _vectorBytes;
    private uint _gateBytes;
    private uint _vectorElement;
    private uint _gateElement;
    private uint _width;
    private uint _hidden;
    private uint _queryComponents;
    private uint _itemComponents;
    private uint _queryFloats;
    private uint _gateHidden;

    /// <summary>[query] takes how many rows got their whole logit.</summary>
    public DeviceSlice<uint> Scored { set => _scored = value.Address; }

    /// <summary>[query] takes how many rows got the second estimate of a mixture.</summary>
    public DeviceSlice<uint> Gated { set => _gated = value.Address; }

    /// <summary>A similarity over a table.</summary>
    /// <param name="similarity">The weights.</param>
    /// <param name="table">The table.</param>
    /// <param name="halves">Which of its embeddings are the items' halves.</param>
    public static CudaSimilarityTable Of(CudaSimilarity similarity, CudaTable table, ReadOnlySpan<int> halves)
    {
        CudaEmbedding vectors = table.Embeddings[halves[0]];
        CudaEmbedding gates = table.Embeddings[halves[^1]];
        return new CudaSimilarityTable
        {
            _vectors = vectors.Rows.Address,
            _gates = gates.Rows.Address,
            _inner = similarity.Inner.Address,
            _innerBias = similarity.InnerBias.Address,
            _outer = similarity.Outer.Address,
            _outerBias = similarity.OuterBias.Address,
            _gate = similarity.Gate is null ? 0 : similarity.GateImage.Address,
            _gateHidden = (uint)(similarity.Gate?.Hidden ?? 0),
            _vectorBytes = (uint)vectors.RowBytes,
            _gateBytes = (uint)gates.RowBytes,
            _vectorElement = (uint)vectors.Element,
            _gateElement = (uint)gates.Element,
            _width = (uint)similarity.Width,
            _hidden = (uint)similarity.Hidden,
            _queryComponents = (uint)similarity.QueryComponents,
            _itemComponents = (uint)similarity.ItemComponents,
            _queryFloats = (uint)similarity.Similarity.QueryWidth,
        };
    }
}
