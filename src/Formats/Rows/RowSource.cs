namespace Linr.Formats.Rows;

/// <summary>
/// The rows of one data file, one after the other, whatever its format. A row has columns, a column any number of
/// values: <see cref="Select"/> takes up a column, <see cref="Value"/> gives its values. One pass, one thread.
/// </summary>
internal abstract class RowSource(string path) : IDisposable
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>What <see cref="Position"/> counts.</summary>
    public virtual string PositionUnit => "row";

    /// <summary>The current row's line or row number, from 1.</summary>
    public long Position { get; protected set; }

    /// <summary>The names of the columns known so far; a JSON Lines file may yet bring more.</summary>
    public abstract IReadOnlyList<string> Columns { get; }

    /// <summary>Whether the file says itself which columns are lists.</summary>
    public virtual bool KnowsLists => true;

    /// <summary>The place of the named column, from 0; -1 when the file cannot have it.</summary>
    public abstract int Find(ColumnRef column);

    /// <summary>Moves to the next row; false at the end.</summary>
    /// <exception cref="DataFormatException">The row is bad; the next call goes on after it.</exception>
    public abstract bool Read();

    /// <summary>Whether the current row names a column, be it without a value: only JSON tells that from no column.</summary>
    public virtual bool Has(int column) => Select(column, multiValued: false) > 0;

    /// <summary>Takes up a column of the current row.</summary>
    /// <param name="column">Its place, from 0.</param>
    /// <param name="multiValued">Whether text may hold several values.</param>
    /// <returns>How many values it has; 0 when it is missing.</returns>
    public abstract int Select(int column, bool multiValued);

    /// <summary>
    /// Takes up a column whose values are wanted as JSON text; only a JSON file tells them from plain text.
    /// </summary>
    /// <param name="column">Its place, from 0.</param>
    /// <param name="multiValued">Whether a JSON array is several values rather than one.</param>
    /// <returns>How many values it has; 0 when it is missing.</returns>
    public virtual int SelectJson(int column, bool multiValued) => Select(column, multiValued);

    /// <summary>A value of the column taken up last.</summary>
    public abstract Cell Value(int position);

    /// <summary>Copies the values of the column taken up last, where the file keeps them as 32-bit floats.</summary>
    /// <param name="values">Room for as many as <see cref="Select"/> said.</param>
    /// <returns>False when they are kept otherwise; nothing is copied then.</returns>
    public virtual bool TryCopyFloats(Span<float> values) => false;

    /// <summary>An error at the current row.</summary>
    public DataFormatException Error(int column, string expected, string found)
        => DataFormatException.OfRow(
            Path, PositionUnit, Position, column < 0 ? null : Columns[column], expected, found);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>The place of a column among the known ones; -1 when it is none of them.</summary>
    protected static int FindAmong(IReadOnlyList<string> columns, ColumnRef column)
    {
        if (column.Name is null)
        {
            return column.Place <= columns.Count ? column.Place - 1 : -1;
        }

        for (int place = 0; place < columns.Count; place++)
        {
            if (columns[place] == column.Name)
            {
                return place;
            }
        }

        return -1;
    }
}
