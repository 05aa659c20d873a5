using System.Numerics.Tensors;
using Linr.Index.Columns;
using Linr.Kernels;

namespace Linr.Index.Embeddings;

/// <summary>Collects one embedding of every row, in bulk or row by row, in any order.</summary>
public sealed class EmbeddingColumnBuilder : IDisposable
{
    private readonly float[] _rounded;
    private readonly SignOporp? _coder;
    private readonly RowCopyBuilder? _copy;
    private readonly bool _hasNorms;
    private readonly EmbeddingColumn? _over;
    private BlockStore<ulong>? _codes;
    private BlockStore<float>? _float32;
    private BlockStore<Half>? _float16;
    private BlockStore<ushort>? _bfloat16;
    private Int8Store? _int8;
    private BlockStore<float>? _norms;
    private BlockStore<ulong> _present = RowMask.Store();
    private long _rowsSet;

    /// <summary>A builder with no row yet.</summary>
    /// <param name="schema">The embedding; must be valid.</param>
    public EmbeddingColumnBuilder(EmbeddingSchema schema)
        : this(schema, hasNorms: schema?.RowType != RowType.None)
    {
    }

    /// <summary>A builder with no row yet, of rows whose norms may be known elsewhere.</summary>
    internal EmbeddingColumnBuilder(EmbeddingSchema schema, bool hasNorms)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Schema = schema;
        _rounded = new float[schema.Dim];
        _coder = schema.Codes is null ? null : CodeColumn.CoderOf(schema);
        _copy = schema.Copy is null ? null : new RowCopyBuilder(schema);
        _hasNorms = hasNorms;
        StartRows();
    }

    /// <summary>Sets rows of a finished column that nobody reads yet; it stays the owner of its storage.</summary>
    internal EmbeddingColumnBuilder(EmbeddingColumn column)
    {
        Schema = column.Schema;
        _rounded = new float[Schema.Dim];
        _coder = column.Codes?.Coder;
        _copy = column.Copy is null ? null : new RowCopyBuilder(column.Copy);
        _over = column;
        column.Lend(out _float32, out _float16, out _bfloat16, out _int8, out _norms);
        _codes = column.Codes?.Words;
    }

    /// <summary>The embedding.</summary>
    public EmbeddingSchema Schema { get; }

    /// <summary>Sets the embeddings of consecutive rows; if one is refused, none is set.</summary>
    /// <param name="firstRow">The row of the first.</param>
    /// <param name="rows">[rows, D].</param>
    /// <param name="nameOf">What to call a row in an error: its item's id. Null calls it by its number.</param>
    /// <exception cref="ArgumentException">
    /// Not a whole number of rows; a component is NaN or infinite, or does not fit a row of fewer bits; or a norm is
    /// above <see cref="Limits.NormMax"/>.
    /// </exception>
    public void Set(uint firstRow, ReadOnlySpan<float> rows, Func<uint, string>? nameOf = null)
    {
        int dim = Schema.Dim;
        if (rows.Length % dim != 0)
        {
            throw new ArgumentException(
                $"Embedding \"{Schema.Name}\": expected whole rows of {dim} components; found {rows.Length}.",
                nameof(rows));
        }

        int count = rows.Length / dim;
        for (int i = 0; i < count; i++)
        {
            string? problem = EmbeddingCheck.FindProblem(Schema, rows.Slice(i * dim, dim), out _);
            if (problem is not null)
            {
                uint row = firstRow + (uint)i;
                throw new ArgumentException($"{nameOf?.Invoke(row) ?? $"Row {row}"}: {problem}.", nameof(rows));
            }
        }

        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> one = rows.Slice(i * dim, dim);
            SetChecked(firstRow + (uint)i, one, EmbeddingNorm.Of(one));
        }
    }

    /// <summary>
    /// Sets the codes of consecutive rows, of an embedding that has nothing else; another machine made them.
    /// </summary>
    /// <param name="firstRow">The row of the first.</param>
    /// <param name="codes">[rows, words].</param>
    /// <exception cref="ArgumentException">Not a whole number of codes.</exception>
    /// <exception cref="InvalidOperationException">The embedding has rows, from which its codes are made.</exception>
    public void SetCodes(uint firstRow, ReadOnlySpan<ulong> codes)
    {
        if (Schema.RowType != RowType.None)
        {
            throw new InvalidOperationException(
                $"Embedding \"{Schema.Name}\": expected codes alone; found rows of type {Schema.RowType}.");
        }

        int words = _coder!.Words;
        if (codes.Length % words != 0)
        {
            throw new ArgumentException(
                $"Embedding \"{Schema.Name}\": expected whole codes of {words} words; found {codes.Length}.", nameof(codes));
        }

        for (long row = firstRow; codes.Length > 0;)
        {
            int count = Math.Min(codes.Length / words, _codes!.UnitsToBlockEnd(row));
            codes[..(count * words)].CopyTo(_codes.Write(row, count));
            RowMask.SetRange(_present, (uint)row, count);
            codes = codes[(count * words)..];
            row += count;
            _rowsSet = Math.Max(_rowsSet, row);
        }
    }

    /// <summary>Sets a row to one of another column of the same schema: the same bits.</summary>
    internal void Copy(EmbeddingColumn source, uint from, uint to)
    {
        source.Lend(out BlockStore<float>? float32, out BlockStore<Half>? float16, out BlockStore<ushort>? bfloat16,
            out Int8Store? int8, out BlockStore<float>? norms);
        EmbeddingColumn.CopyUnit(float32, from, _float32, to);
        EmbeddingColumn.CopyUnit(float16, from, _float16, to);
        EmbeddingColumn.CopyUnit(bfloat16, from, _bfloat16, to);
        EmbeddingColumn.CopyUnit(int8?.Values, from, _int8?.Values, to);
        EmbeddingColumn.CopyUnit(int8?.Scales, from, _int8?.Scales, to);
        EmbeddingColumn.CopyUnit(norms, from, _norms, to);
        EmbeddingColumn.CopyUnit(source.Codes?.Words, from, _codes, to);
        _copy?.Copy(source.Copy!, from, to);
        RowMask.Set(_present, to, true);
        _rowsSet = Math.Max(_rowsSet, to + 1L);
    }

    /// <summary>Makes the column of rows 0 to <paramref name="rows"/>; the builder is empty then.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A row beyond the last was set.</exception>
    /// <exception cref="InvalidOperationException">A row was never set.</exception>
    public EmbeddingColumn Build(long rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, _rowsSet);
        uint? missing = FirstMissing(rows, out long missingCount);
        if (missing is not null)
        {
            throw new InvalidOperationException(
                $"Embedding \"{Schema.Name}\": {missingCount} of {rows} rows have none; the first is row {missing}.");
        }

        _float32?.Trim(rows);
        _float16?.Trim(rows);
        _bfloat16?.Trim(rows);
        _int8?.Trim(rows);
        _norms?.Trim(rows);
        _codes?.Trim(rows);
        CodeColumn? codes = _codes is null ? null : new CodeColumn(_coder!, _codes);
        var column = new EmbeddingColumn(
            Schema, rows, _float32, _float16, _bfloat16, _int8, _norms, codes, _copy?.Build(rows));
        _present.Dispose();
        StartRows();
        _present = RowMask.Store();
        _rowsSet = 0;
        return column;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_over is not null)
        {
            _copy?.Dispose();
            _present.Dispose();
            return;
        }

        _float32?.Dispose();
        _float16?.Dispose();
        _bfloat16?.Dispose();
        _int8?.Dispose();
        _norms?.Dispose();
        _codes?.Dispose();
        _copy?.Dispose();
        _present.Dispose();
    }

    /// <summary>The first of the rows that was never set, or null; and how many were not.</summary>
    internal uint? FirstMissing(long rows, out long missingCount)
    {
        uint? first = null;
        missingCount = 0;
        if (rows > 0)
        {
            _ = _present.Write(RowMask.Words(rows) - 1);
        }

        for (long row = 0; row < rows; row++)
        {
            if (row % 64 == 0 && _present.ReadOne(row / 64) == ulong.MaxValue)
            {
                row += 63;
            }
            else if (!RowMask.Get(_present, (uint)row))
            {
                first ??= (uint)row;
                missingCount++;
            }
        }

        return first;
    }

    /// <summary>Sets a row that <see cref="EmbeddingCheck"/> has passed, with the norm that it gave.</summary>
    internal void SetChecked(uint row, ReadOnlySpan<float> embedding, double norm)
    {
        if (Schema.RowType != RowType.None)
        {
            norm = Store(row, embedding, norm);
        }

        if (_norms is not null)
        {
            _norms.Write(row)[0] = (float)norm;
        }

        if (_codes is not null || _copy is not null)
        {
            // Of the row as it is stored, so that they can be made again.
            ReadOnlySpan<float> stored = _float32 is not null || Schema.RowType == RowType.None
                ? embedding
                : ReadRounded(row, _rounded);
            _coder?.Encode(stored, _codes!.Write(row));
            _copy?.Set(row, stored);
        }

        RowMask.Set(_present, row, true);
        _rowsSet = Math.Max(_rowsSet, row + 1L);
        _over?.Note(row);
    }

    /// <summary>Stores a row; the norm to keep beside it.</summary>
    private double Store(uint row, ReadOnlySpan<float> embedding, double norm)
    {
        if (_float32 is not null)
        {
            embedding.CopyTo(_float32.Write(row));
        }
        else if (_int8 is not null && Schema.Metric == Metric.Cosine)
        {
            _int8.Write(row, embedding, isDirection: true);
        }
        else if (Schema.Metric == Metric.Cosine && norm > 0)
        {
            for (int i = 0; i < embedding.Length; i++)
            {
                _rounded[i] = (float)(embedding[i] / norm);
            }

            WriteRounded(row, _rounded);
        }
        else
        {
            // A scan bounds its rounding errors by the norms of the rows that it reads.
            WriteRounded(row, embedding);
            return EmbeddingNorm.Of(ReadRounded(row, _rounded));
        }

        return norm;
    }

    private void StartRows()
    {
        _codes = _coder is null ? null : BlockStore<ulong>.OfRows(_coder.Words);
        _float32 = Schema.RowType == RowType.Float32 ? BlockStore<float>.OfRows(Schema.Dim) : null;
        _float16 = Schema.RowType == RowType.Float16 ? BlockStore<Half>.OfRows(Schema.Dim) : null;
        _bfloat16 = Schema.RowType == RowType.BFloat16 ? BlockStore<ushort>.OfRows(Schema.Dim) : null;
        _int8 = Schema.RowType == RowType.Int8 ? Int8Store.OfRows(Schema.Dim) : null;
        _norms = _hasNorms ? BlockStore<float>.OfRows() : null;
    }

    private void WriteRounded(uint row, ReadOnlySpan<float> values)
    {
        if (_float16 is not null)
        {
            TensorPrimitives.ConvertToHalf(values, _float16.Write(row));
        }
        else if (_int8 is not null)
        {
            _int8.Write(row, values, isDirection: false);
        }
        else
        {
            BFloats.Round(values, _bfloat16!.Write(row));
        }
    }

    /// <summary>A row as it is stored.</summary>
    internal ReadOnlySpan<float> ReadRounded(uint row, Span<float> values)
    {
        if (_float16 is not null)
        {
            TensorPrimitives.ConvertToSingle(_float16.Read(row), values);
        }
        else if (_int8 is not null)
        {
            _int8.Read(row, values);
        }
        else
        {
            BFloats.Widen(_bfloat16!.Read(row), values);
        }

        return values;
    }
}
