using System.Diagnostics;

namespace Linr.Bench.Load;

/// <summary>What the process of the server says of itself.</summary>
internal sealed record ServerSample
{
    public required int Gen0 { get; init; }

    public required int Gen1 { get; init; }

    public required int Gen2 { get; init; }

    /// <summary>Bytes allocated since it started.</summary>
    public required long AllocatedBytes { get; init; }

    /// <summary>Bytes on the managed heap, garbage included.</summary>
    public required long ManagedBytes { get; init; }

    public required long ResidentBytes { get; init; }

    public required double ProcessorSeconds { get; init; }

    public static ServerSample OfThisProcess()
    {
        using var process = Process.GetCurrentProcess();
        return new ServerSample
        {
            Gen0 = GC.CollectionCount(0),
            Gen1 = GC.CollectionCount(1),
            Gen2 = GC.CollectionCount(2),
            AllocatedBytes = GC.GetTotalAllocatedBytes(),
            ManagedBytes = GC.GetTotalMemory(forceFullCollection: false),
            ResidentBytes = process.WorkingSet64,
            ProcessorSeconds = process.TotalProcessorTime.TotalSeconds,
        };
    }
}
