using System.Diagnostics;

namespace Linr.Formats;

/// <summary>Opens a Debian index, unpacking it where it is packed: gzip here, other ways by apt's own tool.</summary>
internal static class PackedFile
{
    private const string AptHelper = "/usr/lib/apt/apt-helper";
    private static readonly string[] PackedByApt = [".lz4", ".xz", ".bz2", ".zst", ".lzma"];

    /// <summary>Runs over the unpacked text of a file.</summary>
    /// <exception cref="DataFormatException">
    /// The file is packed in a way that nothing here can unpack, or is damaged.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static void Read(string path, Action<Stream> use)
    {
        if (!PackedByApt.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        {
            use(DataFile.OpenRead(path));
            return;
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The file {path} does not exist.", path);
        }

        if (!File.Exists(AptHelper))
        {
            throw DataFormatException.OfFile(
                path,
                "an index that is plain or ends in .gz, as this machine has no apt to unpack others",
                "a packed one");
        }

        var start = new ProcessStartInfo(AptHelper) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("cat-file");
        start.ArgumentList.Add(path);
        using Process process = Process.Start(start) ?? throw new IOException($"{AptHelper} cannot be started.");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            use(process.StandardOutput.BaseStream);
        }
        catch
        {
            process.Kill();
            throw;
        }

        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            string found = errors.GetAwaiter().GetResult().Trim();
            throw DataFormatException.OfFile(path, "a file that apt can unpack", found);
        }
    }
}
