using Linr.Engine;
using Linr.Engine.Batching;

namespace Linr.Server.Models;

/// <summary>The version of a model that answers a request, kept open until this is disposed, once.</summary>
internal readonly struct ModelLease(ServedModel model, ModelVersion version, ServedBatches batches, StateToken state)
    : IDisposable
{
    public ServedModel Model => model;

    public ModelVersion Version => version;

    public Retriever Retriever => batches.Retriever;

    public SearchBatcher Batcher => batches.Batcher;

    /// <summary>A state that whatever is read from now on has.</summary>
    public StateToken State => state;

    /// <inheritdoc/>
    public void Dispose() => batches.Leave();
}
