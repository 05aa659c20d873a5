using Linr.Engine;
using Linr.Engine.Store;
using Linr.VectorData;
using Microsoft.Extensions.AI;

namespace Linr.Tests.VectorData;

/// <summary>A vector store in memory or in a folder of its own, gone with it.</summary>
internal sealed class Place : IDisposable
{
    private readonly TemporaryFolder? _folder;

    public Place(bool isDurable, IEmbeddingGenerator? generator = null)
    {
        _folder = isDurable ? new TemporaryFolder() : null;
        Store = Open(generator);
    }

    public LinrVectorStore Store { get; private set; }

    public static TheoryData<bool> Both => [false, true];

    public static StoreOptions OneThread { get; } = new() { Retriever = new RetrieverOptions { Threads = 1 } };

    /// <summary>Closes the store and opens it again.</summary>
    public void Restart()
    {
        Store.Dispose();
        Store = Open(null);
    }

    public string Root => _folder!.Root;

    public void Dispose()
    {
        Store.Dispose();
        _folder?.Dispose();
    }

    private LinrVectorStore Open(IEmbeddingGenerator? generator) => new(new LinrVectorStoreOptions
    {
        Folder = _folder?.Root, Store = OneThread, EmbeddingGenerator = generator,
    });
}
