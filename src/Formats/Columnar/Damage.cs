namespace Linr.Formats.Columnar;

/// <summary>Names the file when a Parquet or Arrow library runs into one that it cannot read.</summary>
internal static class Damage
{
    /// <summary>
    /// Whether an error comes out of a library. On damaged files they throw whatever a wrong byte leads to, a bare
    /// <see cref="Exception"/> too, so that no list of types holds; only calls into a library are guarded by this.
    /// </summary>
    public static bool IsIn(Exception error) => error is not DataFormatException;

    /// <summary>The error that the caller gets.</summary>
    public static DataFormatException Of(string path, string kind, Exception error)
        => DataFormatException.OfFile(path, kind, $"a file that cannot be read as one ({error.Message.TrimEnd('.')})");
}
