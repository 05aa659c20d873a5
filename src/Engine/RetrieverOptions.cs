using System.Collections.Immutable;
using Linr.Engine.Live;
using Linr.Engine.Towers;
using Linr.Engine.Similarities;
using Linr.Index.ModelFiles;

namespace Linr.Engine;

/// <summary>How a <see cref="Retriever"/> runs.</summary>
public sealed record RetrieverOptions
{
    /// <summary>Threads of one scan, the caller's included; 0 takes every processor.</summary>
    public int Threads { get; init; }

    /// <summary>What to scan on.</summary>
    public EngineDevice Device { get; init; }

    /// <summary>How to use CUDA devices.</summary>
    public CudaOptions Cuda { get; init; } = new();

    /// <summary>
    /// Whether the embedding rows of a model file are copied into the process's own memory when it is opened. Scans of
    /// small batches are faster then, because huge pages serve that memory but not a mapped file; opening takes as long
    /// as reading the rows, and they take memory of their own besides what the system keeps of the file.
    /// </summary>
    public bool CopyRows { get; init; }

    /// <summary>
    /// Whether items may come, change and go while requests are answered (<see cref="Retriever.Apply"/>), on the
    /// processor; null: they stay as they are.
    /// </summary>
    public LiveOptions? Live { get; init; }

    /// <summary>Similarities written in C#, which requests name like those of the model.</summary>
    public ImmutableArray<CustomSimilarity> Similarities { get; init; } = [];

    /// <summary>
    /// Candidates that one of <see cref="Similarities"/> gets on a CUDA engine, where a request gives no
    /// <see cref="SearchRequest.FirstStage"/>.
    /// </summary>
    public int SimilarityCandidates { get; init; } = 1_000;

    /// <summary>
    /// Makes what embeds histories for a model that is opened, in place of its query tower; the retriever disposes it.
    /// Where it gives null, the model's own tower does. It stays on the host whatever scans.
    /// </summary>
    public Func<LoadedModel, CustomQueryTower?>? QueryTower { get; init; }

    /// <summary>Threads that compare embedding rows with their checksums after a model file was opened.</summary>
    internal int VerifyThreads { get; init; } = 1;

    /// <summary>All that is wrong with these options, each problem naming its option, what was expected and found.</summary>
    public IEnumerable<string> FindProblems()
    {
        if (Threads is < 0 or > 1024)
        {
            yield return $"Threads: expected 0 to 1024; found {Threads}.";
        }

        if (!Enum.IsDefined(Device))
        {
            yield return $"Device: expected Cpu, Cuda or Auto; found {Device}.";
        }

        foreach (string problem in Cuda.FindProblems())
        {
            yield return problem;
        }

        if (Similarities.IsDefault)
        {
            yield return "Similarities: expected a list; found none.";
        }

        if (SimilarityCandidates < 1)
        {
            yield return $"SimilarityCandidates: expected 1 or more; found {SimilarityCandidates}.";
        }

        if (Live is { Capacity: < 0 or > Limits.RowsMax })
        {
            yield return $"Live.Capacity: expected 0 to {Limits.RowsMax}; found {Live.Capacity}.";
        }
    }
}
