using System.IO.Compression;
using System.Text;

namespace Linr.Tests;

/// <summary>A folder of its own for one test, gone with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linr-test-");

    public string Root => _folder.FullName;

    public string File(string name) => Path.Combine(Root, name);

    public IEnumerable<string> FileNames() => _folder.EnumerateFiles().Select(file => file.Name).Order();

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a file, packed where its name ends in .gz, and the folders that it is in.</summary>
    public string Write(string name, byte[] bytes)
    {
        string path = File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using Stream file = System.IO.File.Create(path);
        using Stream target = name.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionLevel.Fastest)
            : file;
        target.Write(bytes);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
