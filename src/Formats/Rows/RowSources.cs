using Linr.Formats.Columnar;
using Linr.Formats.Text;

namespace Linr.Formats.Rows;

/// <summary>Opens the right source for a file.</summary>
internal static class RowSources
{
    /// <summary>Opens a file of rows and columns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Its format and limits.</param>
    /// <param name="headerTest">
    /// Decides whether a first row of text names the columns, where options do not say.
    /// </param>
    /// <exception cref="DataFormatException">The format has no columns, or the file is not of its format.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static RowSource Open(string path, ReadOptions options, Func<IReadOnlyList<string>, bool> headerTest)
    {
        DataFormat format = options.Format ?? DataFile.FormatOf(path);
        return format switch
        {
            DataFormat.Csv or DataFormat.Tsv => new DelimitedSource(path, format, options, headerTest),
            DataFormat.JsonLines => new JsonLinesSource(path, options.RowBytesMax),
            DataFormat.Parquet => new ParquetSource(path),
            DataFormat.Arrow => new ArrowSource(path),
            _ => throw DataFormatException.OfFile(path, "a file of rows and columns", $"the format {format}"),
        };
    }
}
