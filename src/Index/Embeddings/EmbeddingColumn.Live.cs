namespace Linr.Index.Embeddings;

/// <content>Rows that are set while others are read.</content>
public sealed partial class EmbeddingColumn
{
    private EmbeddingColumnBuilder? _writer;
    private long _changes;

    /// <summary>
    /// Changes whenever blocks as a scan reads them do, those of the copy too: there are more of them, or one has a larger
    /// norm than it had. Who has an older list of blocks must not scan rows that came since.
    /// </summary>
    public long Changes => Volatile.Read(ref _changes) + (Copy?.Column.Changes ?? 0);

    /// <summary>
    /// Makes so many full blocks, of zeros behind what there is. Nobody may read meanwhile where the last block was not
    /// full.
    /// </summary>
    internal void Grow(int blocks)
    {
        _float32?.Grow(blocks);
        _float16?.Grow(blocks);
        _bfloat16?.Grow(blocks);
        _int8?.Values.Grow(blocks);
        _int8?.Scales.Grow(blocks);
        _norms?.Grow(blocks);
        Codes?.Words.Grow(blocks);
        Copy?.Grow(blocks);
        if (_norms is not null && blocks > _normMax.Length)
        {
            float[] grown = new float[blocks];
            _normMax.CopyTo(grown, 0);
            Volatile.Write(ref _normMax, grown);
        }

        Rows = Math.Max(Rows, (long)blocks * Limits.BlockRows);
        _writer ??= new EmbeddingColumnBuilder(this);
        Interlocked.Increment(ref _changes);
    }

    /// <summary>Sets a row that <see cref="EmbeddingCheck"/> has passed, of a grown block, that nobody reads.</summary>
    internal void Set(uint row, ReadOnlySpan<float> embedding, double norm) => _writer!.SetChecked(row, embedding, norm);

    /// <summary>Copies a row to one of a grown block, that nobody reads.</summary>
    internal void CopyRow(uint from, uint to)
    {
        CopyUnit(_float32, from, to);
        CopyUnit(_float16, from, to);
        CopyUnit(_bfloat16, from, to);
        CopyUnit(_int8?.Values, from, to);
        CopyUnit(_int8?.Scales, from, to);
        CopyUnit(_norms, from, to);
        CopyUnit(Codes?.Words, from, to);
        if (Copy is not null)
        {
            Copy.Column.CopyRow(from, to);
            Copy.Note((int)(to / Limits.BlockRows), Copy.Lost[(int)(from / Limits.BlockRows)]);
        }

        Note(to);
    }

    /// <summary>The storage, for who sets rows that nobody reads yet.</summary>
    internal void Lend(
        out BlockStore<float>? float32,
        out BlockStore<Half>? float16,
        out BlockStore<ushort>? bfloat16,
        out Int8Store? int8,
        out BlockStore<float>? norms)
        => (float32, float16, bfloat16, int8, norms) = (_float32, _float16, _bfloat16, _int8, _norms);

    /// <summary>Copies a unit of one store to another, where there are both.</summary>
    internal static void CopyUnit<T>(BlockStore<T>? source, uint from, BlockStore<T>? store, uint to)
        where T : unmanaged
    {
        if (source is not null && store is not null)
        {
            source.Read(from).CopyTo(store.Write(to));
        }
    }

    private static void CopyUnit<T>(BlockStore<T>? store, uint from, uint to)
        where T : unmanaged
        => CopyUnit(store, from, store, to);

    /// <summary>A row was set: no norm of its block is larger than the one that a scan is told.</summary>
    internal void Note(uint row)
    {
        int block = (int)(row / Limits.BlockRows);
        if (_norms?.ReadOne(row) is { } norm && norm > _normMax[block])
        {
            _normMax[block] = norm;
            Interlocked.Increment(ref _changes);
        }
    }
}
