using Linr.Memory;

namespace Linr.Index.Columns;

/// <summary>
/// The values of one field for every row of a table. Safe for concurrent readers; what they may read never changes.
/// </summary>
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
    public long Rows { get; private protected set; }

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

    /// <summary>
    /// Makes so many full blocks, whose rows have no value behind those that there are. Nobody may read meanwhile where
    /// the last block was not full.
    /// </summary>
    internal abstract void Grow(int blocks);

    /// <summary>Sets the values of a row of a block that was grown, and that nobody reads.</summary>
    /// <param name="row">The row.</param>
    /// <param name="values">Its values, of the field's type.</param>
    /// <param name="retired">Takes memory that readers may still have.</param>
    internal abstract void Set(uint row, IReadOnlyList<Value> values, ICollection<NativeBuffer> retired);

    /// <summary>Frees what the column owns.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Refuses a row beyond the last.</summary>
    protected void CheckRow(uint row) => ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
}
