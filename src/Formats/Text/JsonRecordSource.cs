namespace Linr.Formats.Text;

/// <summary>Rows that come as one JSON object each, such as messages or the lines of a file that grows.</summary>
/// <param name="name">Where they come from, for errors.</param>
/// <param name="unit">What counts them there, such as <c>line</c>.</param>
internal sealed class JsonRecordSource(string name, string unit) : JsonRowSource(name)
{
    private ReadOnlyMemory<byte> _record;
    private bool _isNew;

    /// <inheritdoc/>
    public override string PositionUnit => unit;

    /// <inheritdoc/>
    protected override ReadOnlySpan<byte> Row => _record.Span;

    /// <summary>Gives the next row.</summary>
    /// <param name="record">Its text, which stays as it is until the row has been read.</param>
    /// <param name="position">Where it is, for errors.</param>
    public void Set(ReadOnlyMemory<byte> record, long position)
    {
        _record = record;
        _isNew = true;
        Position = position;
    }

    /// <inheritdoc/>
    public override bool Read()
    {
        if (!_isNew)
        {
            return false;
        }

        _isNew = false;
        Parse(Row);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
