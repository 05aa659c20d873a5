namespace Linr.Formats;

/// <summary>
/// The embeddings of one file, one after the other: <c>while (reader.Read()) { use reader.Id, reader.Values }</c>.
/// One pass, one thread; memory does not grow with the file.
/// </summary>
public abstract class EmbeddingReader : IDisposable
{
    private readonly bool _skipBadRows;
    private readonly ReadReport _report;

    private protected EmbeddingReader(string path, bool skipBadRows, ReadReport? report)
    {
        Path = path;
        _skipBadRows = skipBadRows;
        _report = report ?? new ReadReport();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The width of every embedding.</summary>
    public abstract int Dim { get; }

    /// <summary>How many there are; null when only reading tells.</summary>
    public abstract long? Count { get; }

    /// <summary>Whether the file names its items; where it does not, <see cref="Id"/> is the row's number.</summary>
    public abstract bool HasIds { get; }

    /// <summary>The item of the current row.</summary>
    public abstract ItemId Id { get; }

    /// <summary>The current embedding, as wide as <see cref="Dim"/>; good until the next row.</summary>
    public abstract ReadOnlySpan<float> Values { get; }

    /// <summary>Moves to the next row; false at the end.</summary>
    /// <exception cref="DataFormatException">A row is bad, and bad rows are not skipped.</exception>
    public bool Read()
    {
        while (true)
        {
            try
            {
                if (!ReadRow())
                {
                    return false;
                }

                _report.Rows++;
                return true;
            }
            catch (DataFormatException error) when (error.IsOneRow && _skipBadRows)
            {
                _report.AddBad(error);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Moves to the next row; false at the end. After an error the next call goes on behind the bad row.
    /// </summary>
    private protected abstract bool ReadRow();

    /// <summary>Closes the file.</summary>
    protected abstract void Dispose(bool disposing);
}
