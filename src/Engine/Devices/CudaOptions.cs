using System.Collections.Immutable;
using Linr.Index.Device;

namespace Linr.Engine;

/// <summary>How a <see cref="Retriever"/> uses CUDA devices.</summary>
public sealed record CudaOptions
{
    /// <summary>
    /// The devices by ordinal, a shard of the rows on each; the same device may have several. Shards are whole blocks
    /// of <see cref="Limits.BlockRows"/> rows, so that small tables have fewer.
    /// </summary>
    public ImmutableArray<int> Ordinals { get; init; } = [0];

    /// <summary>Bytes that may be taken on each device; 0 is what is free there.</summary>
    public long MemoryBytesMax { get; init; }

    /// <summary>Told how far the rows of each device are, on the thread that opens; null for nobody.</summary>
    public IProgress<UploadProgress>? Progress { get; init; }

    /// <summary>
    /// Whether rows of embeddings that have codes or a copy stay in the host's memory, or mapped where they lie, and
    /// the processor reads those few that decide: the devices have codes and copies only. Answers are the same bits.
    /// </summary>
    public bool KeepsRowsOnHost { get; init; }

    /// <summary>Queries of a batch that memory is kept for. Larger ones are searched if the device has more.</summary>
    public int Queries { get; init; } = 256;

    /// <summary>Hits of a query that memory is kept for. Searches for more are done if the device has more.</summary>
    public int K { get; init; } = 2_000;

    /// <summary>All that is wrong with these options.</summary>
    internal IEnumerable<string> FindProblems()
    {
        if (Ordinals.IsDefaultOrEmpty)
        {
            yield return "Cuda.Ordinals: expected one device or more; found none.";
        }

        if (MemoryBytesMax < 0)
        {
            yield return $"Cuda.MemoryBytesMax: expected 0 or more; found {MemoryBytesMax}.";
        }

        if (Queries is < 1 or > Limits.QueriesMax)
        {
            yield return $"Cuda.Queries: expected 1 to {Limits.QueriesMax}; found {Queries}.";
        }

        if (K < 1)
        {
            yield return $"Cuda.K: expected 1 or more; found {K}.";
        }
    }
}
