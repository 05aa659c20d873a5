namespace Linr.Formats;

/// <summary>How a data file is laid out.</summary>
public enum DataFormat
{
    /// <summary>Comma-separated values (RFC 4180).</summary>
    Csv,

    /// <summary>Tab-separated values, quoted as in CSV.</summary>
    Tsv,

    /// <summary>One JSON object a line.</summary>
    JsonLines,

    /// <summary>Apache Parquet.</summary>
    Parquet,

    /// <summary>Apache Arrow IPC: the file or the stream form.</summary>
    Arrow,

    /// <summary>NumPy's <c>.npy</c>: one array of rows x dim.</summary>
    Npy,

    /// <summary>Rows of a 32-bit dim and that many 32-bit floats.</summary>
    Fvecs,

    /// <summary>Rows of a 32-bit dim and that many bytes.</summary>
    Bvecs,

    /// <summary>Rows of a 32-bit dim and that many 32-bit integers.</summary>
    Ivecs,
}
