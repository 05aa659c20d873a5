using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>Writes embeddings to a file that has columns.</summary>
internal sealed class EmbeddingColumnWriter(string path, int dim, IdKind idKind, string name)
    : EmbeddingWriter(dim, idKind)
{
    private readonly RowSink _sink = RowSink.Create(
        path, [SinkColumn.OfId("id", idKind), SinkColumn.OfEmbedding(name, dim)]);

    /// <inheritdoc/>
    private protected override void WriteRow(ItemId id, ReadOnlySpan<float> embedding)
    {
        _sink.Add(SinkColumn.ValueOf(id));
        _sink.Add(embedding);
        _sink.EndRow();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _sink.Dispose();
}
