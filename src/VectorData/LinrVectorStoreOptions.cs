using Linr.Engine.Store;
using Microsoft.Extensions.AI;

namespace Linr.VectorData;

/// <summary>How a <see cref="LinrVectorStore"/> keeps collections.</summary>
public sealed class LinrVectorStoreOptions
{
    /// <summary>
    /// The folder of the collections, each an index store: they are there after a restart. Null: they are in memory, and
    /// gone with the store.
    /// </summary>
    public string? Folder { get; set; }

    /// <summary>
    /// How collections are kept and searched; those in memory have its retriever's options and capacity. Of a folder that
    /// is open in this process already, the options of who opened it first hold.
    /// </summary>
    public StoreOptions Store { get; set; } = new();

    /// <summary>Makes vectors where neither a property nor its collection has a generator.</summary>
    public IEmbeddingGenerator? EmbeddingGenerator { get; set; }
}
