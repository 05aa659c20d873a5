namespace Linr.Engine.Store;

/// <summary>
/// The retriever of a store, for as long as this is not disposed: a push or a compaction may put another in its place
/// meanwhile, but does not close this one.
/// </summary>
public sealed class StoreLease : IDisposable
{
    private readonly ServedRetriever _served;
    private bool _isGivenBack;

    internal StoreLease(ServedRetriever served) => _served = served;

    /// <summary>The retriever.</summary>
    public Retriever Retriever => _isGivenBack
        ? throw new ObjectDisposedException(nameof(StoreLease)) : _served.Retriever;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isGivenBack)
        {
            _isGivenBack = true;
            _served.Leave();
        }
    }
}
