namespace Linr.Engine.Store;

/// <summary>
/// A store cannot be opened or brought to where it is asked for: what is missing or damaged is named.
/// </summary>
public sealed class StoreException : IOException
{
    /// <summary>A fault of a store.</summary>
    /// <param name="message">Which store, what was expected and what was found.</param>
    /// <param name="cause">What was the matter with a part of it; or null.</param>
    public StoreException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
