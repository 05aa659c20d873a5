using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace Linr.VectorData;

/// <summary>A collection of dictionaries, whose properties a definition gives.</summary>
public sealed class LinrDynamicCollection : LinrCollection<object, Dictionary<string, object?>>
{
    /// <summary>A collection of its own folder or memory.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Its definition, and where it is kept.</param>
    /// <inheritdoc cref="LinrCollection{TKey, TRecord}(string, LinrCollectionOptions?)" path="/exception"/>
    public LinrDynamicCollection(string name, LinrCollectionOptions options)
        : this(
            Collections.Open(NotNull(options).Folder, options.Store),
            ownsCollections: true,
            name,
            options.Definition ?? throw new ArgumentException("Definition: expected one; found none.", nameof(options)),
            options.EmbeddingGenerator)
    {
    }

    internal LinrDynamicCollection(
        Collections collections,
        bool ownsCollections,
        string name,
        VectorStoreCollectionDefinition definition,
        IEmbeddingGenerator? generator)
        : base(
            collections,
            ownsCollections,
            name,
            new RecordModelBuilder().BuildDynamic(definition, definition?.EmbeddingGenerator ?? generator))
    {
    }

    private static LinrCollectionOptions NotNull(LinrCollectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options;
    }
}
