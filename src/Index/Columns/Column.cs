namespace Linr.Index.Columns;

/// <summary>The values of one field for every row of a table. Immutable; safe for concurrent readers.</summary>
public abstract class Column : IDisposable
{
    private protected Column(FieldSchema field, long rows)
    {
        Field = field;
        Rows = rows;
    }

    /// <summary>The field.</summary>
    public FieldSchema Field { get; }

    /// <summary>How many rows.</summary>
    public long Rows { get; }

    /// <summary>Bytes of native memory held; what is mapped is not counted.</summary>
    public abstract long OwnedBytes { get; }

    /// <summary>Appends the values of a row to <paramref name="values"/>, none when it is missing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public abstract void Read(uint row, ICollection<Value> values);

    /// <summary>The values of a row, none when it is missing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public IReadOnlyList<Value> Read(uint row)
    {
        var values = new List<Value>();
        Read(row, values);
        return values;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the column owns.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Refuses a row beyond the last.</summary>
    protected void CheckRow(uint row) => ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
}
