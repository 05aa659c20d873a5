using System.Collections.Immutable;
using Linr.Cuda;
using Linr.Kernels.Filter;

namespace Linr.Kernels;

/// <summary>A table in device memory as searches read it: arrays, which the caller owns and keeps alive.</summary>
public sealed record CudaTable
{
    /// <summary>Where the arrays are.</summary>
    public required CudaContext Context { get; init; }

    /// <summary>Rows in use, N.</summary>
    public required uint RowCount { get; init; }

    /// <summary>The block of filters' lists of rows that is the first here: of a shard of a larger table.</summary>
    public int FirstBlock { get; init; }

    /// <summary>The embeddings, in the schema's order.</summary>
    public required ImmutableArray<CudaEmbedding> Embeddings { get; init; }

    /// <summary>The order in which rows of equal score are returned.</summary>
    public required CudaRowOrder Order { get; init; }

    /// <summary>A bit a row that may be returned, lowest bit first; empty where all may.</summary>
    public DeviceSlice<ulong> Live { get; init; }

    /// <summary>Reached when the arrays hold what they are to hold; null where they do.</summary>
    public CudaEvent? Ready { get; init; }

    /// <summary>The columns that filters read and that hits may be grouped by, by number.</summary>
    public ImmutableArray<CudaFilterColumn> Columns { get; init; } = [];
}
