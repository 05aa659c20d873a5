using Linr.Engine;
using Linr.Engine.Batching;

namespace Linr.Server.Models;

/// <summary>
/// A retriever and the batcher in which the requests of all callers share its scans; both are closed when another has
/// taken its place and the last request has left.
/// </summary>
/// <param name="retriever">The retriever.</param>
/// <param name="owner">What is disposed when nobody uses the retriever any more.</param>
/// <param name="options">How requests are put together.</param>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "The last user that leaves disposes the batcher: there is no other moment.")]
internal sealed class ServedBatches(Retriever retriever, IDisposable owner, BatchOptions options)
{
    private readonly SearchBatcher _batcher = new(retriever, options);

    // The version is one user.
    private int _users = 1;

    public Retriever Retriever => retriever;

    public SearchBatcher Batcher => _batcher;

    /// <summary>One more uses it; false where it is closed.</summary>
    public bool TryEnter()
    {
        int users = Volatile.Read(ref _users);
        while (users > 0)
        {
            int found = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (found == users)
            {
                return true;
            }

            users = found;
        }

        return false;
    }

    /// <summary>One who used it has left.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _batcher.Dispose();
            owner.Dispose();
        }
    }
}
