using Linr.Formats;

namespace Linr.Ingest.Files;

/// <summary>The files of a source: one, or those of a folder in the order of their names.</summary>
internal sealed class FileFolder
{
    private readonly string _folder;
    private readonly string? _only;

    /// <exception cref="SourceException">There is neither a file nor a folder.</exception>
    public FileFolder(string path)
    {
        string full = Path.GetFullPath(path);
        bool isFolder = Directory.Exists(full);
        if (!isFolder && !File.Exists(full))
        {
            throw new SourceException($"{Path.GetFileName(full)}: expected a file, or a folder of files; found none.");
        }

        _folder = isFolder ? full : Path.GetDirectoryName(full)!;
        _only = isFolder ? null : Path.GetFileName(full);
        if (_only is not null && !IsRead(_only))
        {
            throw new SourceException($"{_only}: expected .jsonl, .ndjson, .parquet or .pq; found another ending.");
        }
    }

    /// <summary>Whether it is one file, which may be replaced by another of its name.</summary>
    public bool IsOneFile => _only is not null;

    /// <summary>Files of the folder that are not read.</summary>
    public IEnumerable<string> Others()
        => _only is not null ? [] : Names().Where(name => !IsRead(name)).Order(StringComparer.Ordinal);

    /// <summary>Whether a file is a table rather than text.</summary>
    public static bool IsTable(string name) => DataFile.FormatOf(name) == DataFormat.Parquet;

    /// <summary>The path of a file.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>The files that follow one, in their order; all for an empty name.</summary>
    public string[] After(string name)
        => _only is not null
            ? name.Length == 0 && File.Exists(PathOf(_only)) ? [_only] : []
            :
            [
                .. Names().Where(one => IsRead(one) && string.CompareOrdinal(one, name) > 0)
                    .Order(StringComparer.Ordinal),
            ];

    private IEnumerable<string> Names() => Directory.EnumerateFiles(_folder).Select(path => Path.GetFileName(path));

    private static bool IsRead(string name)
        => Path.GetExtension(name).ToUpperInvariant() is ".JSONL" or ".NDJSON" or ".PARQUET" or ".PQ";
}
