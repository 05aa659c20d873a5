using Linr.Engine.Store;
using Microsoft.Extensions.VectorData;

namespace Linr.VectorData;

/// <summary>How a <see cref="LinrCollection{TKey, TRecord}"/> that is not of a store is kept.</summary>
public sealed class LinrCollectionOptions : VectorStoreCollectionOptions
{
    /// <inheritdoc cref="LinrVectorStoreOptions.Folder"/>
    public string? Folder { get; set; }

    /// <inheritdoc cref="LinrVectorStoreOptions.Store"/>
    public StoreOptions Store { get; set; } = new();
}
