using Linr.Engine.Requests;
using Linr.Kernels.Scan;

namespace Linr.Engine.Scan;

/// <summary>
/// What finds the best rows: the processor or devices. One search at a time; answers are the same bits.
/// </summary>
internal interface ISearchBackend : IDisposable
{
    /// <summary>What did the last search, as explanations say it.</summary>
    string Engine { get; }

    /// <summary>What the last search did, if the processor did it.</summary>
    ScanCounters Counters { get; }

    /// <summary>Whether it takes <see cref="Kernels.Scan.ScanRequest.Candidates"/>.</summary>
    bool TakesCandidates => false;

    /// <summary>Whether <see cref="TryKeep"/> is worth a try.</summary>
    bool CanKeep => false;

    /// <summary>
    /// Runs a request of which codes choose the rows, and waits; false, and nothing was done, where it takes two
    /// searches.
    /// </summary>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    bool TryKeep(BackendRequest request, CancellationToken cancellation) => false;

    /// <summary>
    /// Runs a request by a learned similarity, and waits; false, and nothing was done, where the processor has to.
    /// </summary>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    bool TryLearned(BackendRequest request, CancellationToken cancellation) => false;

    /// <summary>How many rows a first stage found for a learned similarity.</summary>
    long RowsFound(int query) => 0;

    /// <summary>Runs a request and waits.</summary>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    void Search(BackendRequest request, CancellationToken cancellation);

    /// <summary>The hits of a query, best first; valid until the next search.</summary>
    ReadOnlySpan<ScanHit> Hits(int query);

    /// <summary>How many rows passed the filter of a query.</summary>
    long RowsPassed(int query);

    /// <summary>How many of those got scores, where codes chose.</summary>
    long RowsKept(int query) => RowsPassed(query);

    /// <summary>Adds the stages of the last search.</summary>
    void Explain(StageClock clock, int queryCount);
}
