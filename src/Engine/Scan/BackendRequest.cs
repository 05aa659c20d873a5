using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Engine.Scan;

/// <summary>What a backend is asked for; reused from search to search.</summary>
/// <param name="embeddings">[segment of the scan]: the embedding's number in the schema.</param>
/// <param name="isOfCodes">Whether the embedding's codes are scanned instead of its rows.</param>
internal sealed class BackendRequest(int[] embeddings, bool isOfCodes)
{
    /// <summary>Whether the embedding's codes are scanned instead of its rows.</summary>
    public bool IsOfCodes { get; } = isOfCodes;

    /// <summary>The scan.</summary>
    public ScanRequest Scan { get; } = new();

    /// <summary>[segment of the scan]: the embedding's number in the schema.</summary>
    public ReadOnlyMemory<int> Embeddings { get; } = embeddings;

    /// <summary>
    /// Which of the rows that pass codes let through to the scan; only for <see cref="ISearchBackend.TryKeep"/>.
    /// </summary>
    public CodeKeep? Keep { get; set; }

    /// <summary>Whether the stages are to be timed.</summary>
    public bool IsTimed { get; set; }
}
