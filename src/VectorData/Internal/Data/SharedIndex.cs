using Linr.Engine;
using Linr.Engine.Store;

namespace Linr.VectorData;

/// <summary>The index of one collection, closed when the collection is gone and the last who uses it has left.</summary>
internal sealed class SharedIndex(LinrIndex index)
{
    // The collection is one user.
    private int _users = 1;

    public LinrIndex Index => index;

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
            index.Dispose();
        }
    }

    /// <summary>Reads with one retriever, be it of a store that goes over to another meanwhile.</summary>
    public T Read<T>(Func<Retriever, T> read)
    {
        if (index.Store is not { } store)
        {
            return read(index.Retriever);
        }

        using StoreLease lease = store.Lease();
        return read(lease.Retriever);
    }
}
