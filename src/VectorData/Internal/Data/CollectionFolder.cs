using System.Text;

namespace Linr.VectorData;

/// <summary>The folders of durable collections: one each, named after it.</summary>
internal static class CollectionFolder
{
    private const string Prefix = "collection-";
    private const string Deleted = "deleted-";

    // What every file system takes as it is, in names of some hundred bytes.
    private const int NameLengthMax = 200;

    /// <summary>Where a collection is. Letters, digits, - and _ stand for themselves, other bytes as %xx.</summary>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    public static string PathOf(string root, string name)
    {
        var folder = new StringBuilder(Prefix);
        foreach (byte one in Encoding.UTF8.GetBytes(name))
        {
            folder = char.IsAsciiLetterOrDigit((char)one) || one is (byte)'-' or (byte)'_'
                ? folder.Append((char)one)
                : folder.Append('%').Append(Convert.ToHexStringLower([one]));
        }

        return folder.Length <= NameLengthMax ? Path.Combine(root, folder.ToString()) : throw new ArgumentException(
            $"Expected a collection name of at most {NameLengthMax - Prefix.Length} bytes; found \"{name}\".", nameof(name));
    }

    /// <summary>The names of all collections.</summary>
    public static IEnumerable<string> Names(string root) => !Directory.Exists(root)
        ? []
        : Directory.EnumerateDirectories(root, Prefix + "*")
            .Select(path => Uri.UnescapeDataString(Path.GetFileName(path)[Prefix.Length..]));

    /// <summary>Removes a collection: at once it has no name, and then its files go.</summary>
    public static void Delete(string root, string name)
    {
        string path = PathOf(root, name);
        if (Directory.Exists(path))
        {
            string gone = Path.Combine(root, $"{Deleted}{Guid.NewGuid():N}");
            Directory.Move(path, gone);
            Directory.Delete(gone, recursive: true);
        }
    }

    /// <summary>Removes what a crash left of collections that were being removed.</summary>
    public static void DeleteLeft(string root)
    {
        if (Directory.Exists(root))
        {
            foreach (string path in Directory.EnumerateDirectories(root, Deleted + "*"))
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }
}
