namespace Linr.Engine.Store;

/// <summary>A retriever that is closed when its store has another and the last who uses it has left.</summary>
internal sealed class ServedRetriever(Retriever retriever)
{
    // The store is one user.
    private int _users = 1;

    public Retriever Retriever => retriever;

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
            retriever.Dispose();
        }
    }
}
