namespace Linr.Formats;

/// <summary>How a data file is read, whatever it holds.</summary>
public abstract record ReadOptions
{
    /// <summary>The format; null goes by the file's extension.</summary>
    public DataFormat? Format { get; init; }

    /// <summary>What CSV and TSV leave open.</summary>
    public DelimitedOptions Delimited { get; init; } = new();

    /// <summary>
    /// Whether a bad row is counted and left out; otherwise the first one ends the read with its error.
    /// </summary>
    public bool SkipBadRows { get; init; }

    /// <summary>How the numbers of a time or date column are meant.</summary>
    public TimeUnit TimeUnit { get; init; }

    /// <summary>The longest row of a text format, in bytes; a longer one is a bad row.</summary>
    public int RowBytesMax { get; init; } = 2 * Limits.StoredBytesMax;
}
