using Linr.Engine;
using Linr.Index.Live;

namespace Linr.Ingest;

/// <summary>Changes go into the items of a retriever, which answers requests meanwhile.</summary>
/// <param name="retriever">
/// One that was opened with <see cref="RetrieverOptions.Live"/>; the caller disposes it.
/// </param>
public sealed class RetrieverSink(Retriever retriever) : IChangeSink
{
    /// <inheritdoc/>
    public Schema Schema => retriever.Schema;

    /// <inheritdoc/>
    public SourcePosition? PositionOf(string source) => retriever.PositionOf(source);

    /// <inheritdoc/>
    public IEnumerable<ItemId> Ids() => retriever.Ids();

    /// <inheritdoc/>
    public Task<ChangeResult> ApplyAsync(IReadOnlyList<ItemChange> changes, SourcePosition position)
        => retriever.ApplyAsync(changes, position);
}
