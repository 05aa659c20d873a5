using System.IO.Compression;

namespace Linr.Formats;

/// <summary>
/// What a path says about a data file: its format by the extension, and gzip by a further <c>.gz</c>.
/// </summary>
public static class DataFile
{
    private const string Known =
        ".csv, .tsv, .jsonl, .ndjson, .parquet, .arrow, .feather, .npy, .fvecs, .bvecs or .ivecs";

    /// <summary>The format that the extension names, before a <c>.gz</c>.</summary>
    /// <exception cref="DataFormatException">
    /// The extension is none that Linr reads, or the file is packed though its format is not text.
    /// </exception>
    public static DataFormat FormatOf(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string name = IsGzip(path) ? path[..^3] : path;
        DataFormat format = Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".csv" => DataFormat.Csv,
            ".tsv" or ".tab" => DataFormat.Tsv,
            ".jsonl" or ".ndjson" => DataFormat.JsonLines,
            ".parquet" or ".pq" => DataFormat.Parquet,
            ".arrow" or ".feather" or ".arrows" => DataFormat.Arrow,
            ".npy" => DataFormat.Npy,
            ".fvecs" => DataFormat.Fvecs,
            ".bvecs" => DataFormat.Bvecs,
            ".ivecs" => DataFormat.Ivecs,
            string other => throw DataFormatException.OfFile(
                path,
                $"a file name that ends in {Known} (or a stated format)",
                other.Length == 0 ? "no extension" : other),
        };
        return !IsGzip(path) || format is DataFormat.Csv or DataFormat.Tsv or DataFormat.JsonLines
            ? format
            : throw DataFormatException.OfFile(path, $"an unpacked file of the format {format}", "the ending .gz");
    }

    /// <summary>Opens the file for one pass from its start, unpacking gzip.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    internal static Stream OpenRead(string path)
    {
        var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        return IsGzip(path) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>Creates or replaces the file, packing with gzip where the name ends in <c>.gz</c>.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    internal static Stream OpenWrite(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        return IsGzip(path) ? new GZipStream(file, CompressionLevel.SmallestSize) : file;
    }

    private static bool IsGzip(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
}
