using System.IO.Compression;
using System.Security.Cryptography;

namespace Linr.Server.Console;

/// <summary>A file of the console as it is sent.</summary>
internal sealed class ConsoleFile
{
    private readonly Lazy<byte[]> _compressed;

    private ConsoleFile(string path, byte[] content)
    {
        Path = path;
        Content = content;
        Hash = Convert.ToHexStringLower(SHA256.HashData(content))[..32];

        // Compressed when it is first asked for: the repository and the assembly hold no file twice.
        _compressed = new(Compress);
    }

    /// <summary>Where it is asked for.</summary>
    public string Path { get; }

    /// <summary>What it holds.</summary>
    public byte[] Content { get; }

    /// <summary>The same by Brotli.</summary>
    public byte[] Compressed => _compressed.Value;

    /// <summary>Tells its content from any other.</summary>
    public string Hash { get; }

    /// <summary>Whether the name has a hash of the content, so that it never changes.</summary>
    public bool IsImmutable => Path != ConsoleEndpoint.Path;

    /// <summary>The type of its content.</summary>
    public string ContentType => System.IO.Path.GetExtension(Path) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/html; charset=utf-8",
    };

    /// <summary>Every file of the console; its page is at <see cref="ConsoleEndpoint.Path"/>.</summary>
    public static IReadOnlyList<ConsoleFile> ReadAll()
    {
        const string Prefix = "Linr.Server.Console/";
        return [.. typeof(ConsoleFile).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => new ConsoleFile(ToPath(name[Prefix.Length..].Replace('\\', '/')), Read(name)))];
    }

    private static string ToPath(string name) => name == "index.html" ? ConsoleEndpoint.Path : "/" + name;

    private static byte[] Read(string name)
    {
        using Stream stream = typeof(ConsoleFile).Assembly.GetManifestResourceStream(name)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private byte[] Compress()
    {
        using var to = new MemoryStream();
        using (var brotli = new BrotliStream(to, CompressionLevel.SmallestSize))
        {
            brotli.Write(Content);
        }

        return to.ToArray();
    }
}
