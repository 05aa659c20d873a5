using Linr.Index.Live;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Engine.Scan;

/// <summary>What a backend is asked for; reused from search to search.</summary>
/// <param name="embeddings">[segment of the scan]: the embedding's number in the schema.</param>
/// <param name="source">What is scanned of them.</param>
internal sealed class BackendRequest(int[] embeddings, ScoreSource source)
{
    /// <summary>What is scanned of the embeddings.</summary>
    public ScoreSource Source { get; } = source;

    /// <summary>The scan.</summary>
    public ScanRequest Scan { get; } = new();

    /// <summary>[segment of the scan]: the embedding's number in the schema.</summary>
    public ReadOnlyMemory<int> Embeddings { get; } = embeddings;

    /// <summary>[segment of the scan]: its number on a device; a device's backend fills it in.</summary>
    public Memory<int> DeviceNumbers { get; } = new int[embeddings.Length];

    /// <summary>The state of live items that is searched; null of others.</summary>
    public TableView? View { get; set; }

    /// <summary>
    /// Which of the rows that pass codes let through to the scan; only for <see cref="ISearchBackend.TryKeep"/>.
    /// </summary>
    public CodeKeep? Keep { get; set; }

    /// <summary>The learned similarity that scores; only for <see cref="ISearchBackend.TryLearned"/>.</summary>
    public LearnedSearch? Learned { get; set; }

    /// <summary>Whether the stages are to be timed.</summary>
    public bool IsTimed { get; set; }
}
