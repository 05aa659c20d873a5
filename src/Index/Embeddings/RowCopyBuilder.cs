namespace Linr.Index.Embeddings;

/// <summary>Collects the copy of an embedding's rows, in any order.</summary>
internal sealed class RowCopyBuilder : IDisposable
{
    private readonly EmbeddingColumnBuilder _column;
    private readonly float[] _copied;
    private readonly List<float> _lost = [];
    private readonly RowCopy? _over;

    /// <summary>A builder with no row yet.</summary>
    /// <param name="schema">The embedding, not its copy.</param>
    public RowCopyBuilder(EmbeddingSchema schema)
    {
        _column = new EmbeddingColumnBuilder(RowCopy.SchemaOf(schema), RowCopy.HasNorms(schema));
        _copied = new float[schema.Dim];
    }

    /// <summary>Sets rows of a finished copy, which nobody reads yet.</summary>
    public RowCopyBuilder(RowCopy over)
    {
        _column = new EmbeddingColumnBuilder(over.Column);
        _copied = new float[over.Column.Schema.Dim];
        _over = over;
    }

    /// <summary>Copies a row as it is stored.</summary>
    public void Set(uint row, ReadOnlySpan<float> stored)
    {
        _column.SetChecked(row, stored, EmbeddingNorm.Of(stored));
        float lost = RowCopy.LostOf(stored, _column.ReadRounded(row, _copied), _column.Schema.Metric);
        Note((int)(row / Limits.BlockRows), lost);
    }

    /// <summary>Sets a row to one of another copy: the same bits.</summary>
    public void Copy(RowCopy source, uint from, uint to)
    {
        _column.Copy(source.Column, from, to);
        Note((int)(to / Limits.BlockRows), source.Lost[(int)(from / Limits.BlockRows)]);
    }

    // Of a row that was set again the larger stays, which only makes a search look at more rows.
    private void Note(int block, float lost)
    {
        if (_over is not null)
        {
            _over.Note(block, lost);
            return;
        }

        while (_lost.Count <= block)
        {
            _lost.Add(0);
        }

        _lost[block] = Math.Max(_lost[block], lost);
    }

    /// <summary>Makes the copy of rows 0 to <paramref name="rows"/>; the builder is empty then.</summary>
    public RowCopy Build(long rows)
    {
        var copy = new RowCopy(_column.Build(rows), [.. _lost]);
        _lost.Clear();
        return copy;
    }

    /// <inheritdoc/>
    public void Dispose() => _column.Dispose();
}
