using Linr.Engine;
using Linr.Engine.Store;

namespace Linr;

/// <summary>What <c>AddLinr</c> opens, and how. Values may come from configuration.</summary>
public sealed class LinrOptions
{
    /// <summary>A model file, or the folder of an index store.</summary>
    public string Path { get; set; } = string.Empty;

    /// <summary>
    /// The model file that a store is made of where nothing is at <see cref="Path"/> yet; null: it has to be there.
    /// </summary>
    public string? CreateFrom { get; set; }

    /// <summary>
    /// Whether it is opened when the host starts, so that a damaged file ends the start; else when it is asked for first.
    /// </summary>
    public bool OpensAtStart { get; set; } = true;

    /// <summary>How a model file is opened, its <see cref="RetrieverOptions.Live"/> included.</summary>
    public RetrieverOptions Retriever { get; set; } = new();

    /// <summary>How a store is opened.</summary>
    public StoreOptions Store { get; set; } = new();
}
