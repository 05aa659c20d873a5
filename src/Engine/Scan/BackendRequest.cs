using Linr.Kernels.Scan;

namespace Linr.Engine.Scan;

/// <summary>What a backend is asked for; reused from search to search.</summary>
/// <param name="embeddings">[segment of the scan]: the embedding's number in the schema.</param>
internal sealed class BackendRequest(int[] embeddings)
{
    /// <summary>The scan.</summary>
    public ScanRequest Scan { get; } = new();

    /// <summary>[segment of the scan]: the embedding's number in the schema.</summary>
    public ReadOnlyMemory<int> Embeddings { get; } = embeddings;

    /// <summary>Whether the stages are to be timed.</summary>
    public bool IsTimed { get; set; }
}
