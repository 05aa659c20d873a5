using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>The embeddings of a file that has columns.</summary>
internal sealed class EmbeddingColumnReader : EmbeddingReader
{
    private readonly RowSource _source;
    private readonly CellReader _cells;
    private readonly int _id;
    private readonly int _embedding;
    private readonly IdKind _idKind;
    private readonly float[] _values;
    private ItemId _current;

    public EmbeddingColumnReader(
        RowSource source, int id, int embedding, int dim, IdKind idKind, EmbeddingOptions options, ReadReport? report)
        : base(source.Path, options.SkipBadRows, report)
    {
        _source = source;
        _cells = new CellReader(options.TimeUnit);
        _id = id;
        _embedding = embedding;
        _idKind = idKind;
        _values = new float[dim];
    }

    /// <inheritdoc/>
    public override int Dim => _values.Length;

    /// <inheritdoc/>
    public override long? Count => null;

    /// <inheritdoc/>
    public override bool HasIds => true;

    /// <inheritdoc/>
    public override ItemId Id => _current;

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Values => _values;

    /// <inheritdoc/>
    private protected override bool ReadRow()
    {
        if (!_source.Read())
        {
            return false;
        }

        int count = _source.Select(_id, multiValued: false);
        if (count != 1 || !_cells.TryId(_source.Value(0), _idKind, out _current))
        {
            throw _source.Error(
                _id, CellReader.Expected(_idKind), count == 1 ? _source.Value(0).Describe() : $"{count} values");
        }

        return FloatCells.TryRead(_source, _embedding, _values)
            ? true
            : throw _source.Error(_embedding, $"{Dim} numbers", "no value");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _source.Dispose();
}
