using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Engine.Store;
using Linr.Server.Options;

namespace Linr.Server.Models;

/// <summary>Opens the stores and model files of versions, within the memory budget.</summary>
/// <param name="options">How the server is set up.</param>
/// <param name="retriever">How retrievers run, as who hosts the server has it.</param>
/// <param name="memory">The budget.</param>
internal sealed class VersionLoader(ServerOptions options, RetrieverOptions retriever, MemoryBudget memory)
{
    /// <summary>How requests share scans.</summary>
    public BatchOptions Batching => options.Batching;

    private StoreOptions StoreOptions => new() { Retriever = Retriever };

    private RetrieverOptions Retriever => retriever with { Device = options.Device, Threads = options.Threads };

    /// <summary>Makes a store of a model file, with its own items, or with those of the live version's store.</summary>
    /// <param name="owner">Who takes the memory, <c>model@version</c>.</param>
    /// <param name="folder">Where the store is to be; it is not there, or of a load that was cut off.</param>
    /// <param name="path">The model file.</param>
    /// <param name="feed">The live version's store and the name that it has as a source; null: the file's own items.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Ends it.</param>
    public IndexStore Create(
        string owner,
        string folder,
        string path,
        (IndexStore Store, string Name)? feed,
        IProgress<StoreProgress> progress,
        CancellationToken cancellation)
    {
        memory.Take(owner, ModelMemory.Estimate(path).TotalHostBytes);
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            IndexStore store = feed is { } live
                ? IndexStore.CreateFollower(
                    folder, path, live.Store, live.Name, StoreOptions, progress, cancellation)
                : IndexStore.Create(folder, path, StoreOptions);
            Note(owner, store);
            return store;
        }
        catch
        {
            memory.Give(owner);
            throw;
        }
    }

    /// <summary>Opens a store that is there.</summary>
    public IndexStore Open(string owner, string folder, IProgress<StoreProgress> progress)
    {
        string snapshot = StoreSummary.Read(folder).Snapshots[^1].Path;
        memory.Take(owner, ModelMemory.Estimate(snapshot).TotalHostBytes);
        try
        {
            IndexStore store = IndexStore.Open(folder, StoreOptions, progress);
            Note(owner, store);
            return store;
        }
        catch
        {
            memory.Give(owner);
            throw;
        }
    }

    /// <summary>Opens a model file whose items never change.</summary>
    public Retriever OpenFile(string owner, string path)
    {
        memory.Take(owner, ModelMemory.Estimate(path).TotalHostBytes);
        try
        {
            Retriever opened = Engine.Retriever.Open(path, Retriever with { Live = null });
            memory.Note(owner, opened.Memory.TotalHostBytes);
            return opened;
        }
        catch
        {
            memory.Give(owner);
            throw;
        }
    }

    private void Note(string owner, IndexStore store)
    {
        using StoreLease lease = store.Lease();
        memory.Note(owner, lease.Retriever.Memory.TotalHostBytes);
    }
}
