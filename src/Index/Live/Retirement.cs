namespace Linr.Index.Live;

/// <summary>
/// Rows and memory that readers of older views may still have, until the last of them is gone. One thread uses it.
/// </summary>
/// <param name="freeRow">Takes a row that nobody reads any more.</param>
internal sealed class Retirement(Action<uint> freeRow) : IDisposable
{
    private readonly Queue<(TableView View, List<uint> Rows, List<IDisposable> Memory)> _waiting = [];

    /// <summary>Views that somebody may still read.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>A view is the last that has these.</summary>
    public void Add(TableView last, List<uint> rows, List<IDisposable> memory) => _waiting.Enqueue((last, rows, memory));

    /// <summary>
    /// Frees what no reader can have: in the order of the views, since an older one may have what a younger one has.
    /// </summary>
    public void Free()
    {
        while (_waiting.TryPeek(out (TableView View, List<uint> Rows, List<IDisposable> Memory) oldest)
            && oldest.View.IsFree)
        {
            _waiting.Dequeue();
            oldest.Rows.ForEach(freeRow);
            oldest.Memory.ForEach(one => one.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, _, List<IDisposable> memory) in _waiting)
        {
            memory.ForEach(one => one.Dispose());
        }

        _waiting.Clear();
    }
}
