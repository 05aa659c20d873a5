namespace Linr.Cli.Terminal;

/// <summary>Looks at the paths that a user names before anything long begins.</summary>
internal static class FileCheck
{
    /// <summary>A file that is there.</summary>
    /// <param name="what">The option or argument, as the user knows it.</param>
    /// <param name="path">What the user gave.</param>
    /// <exception cref="IOException">It is missing, or a folder.</exception>
    public static string Existing(string what, string path)
        => File.Exists(path) ? path
            : throw new IOException(
                $"{what}: expected a file; found {(Directory.Exists(path) ? "a folder" : "none")} at \"{path}\".");

    /// <summary>A file that may be there, or null.</summary>
    /// <inheritdoc cref="Existing" path="/exception"/>
    public static string? ExistingOrNull(string what, string? path) => path is null ? null : Existing(what, path);

    /// <summary>A file to write, in a folder that is there.</summary>
    /// <exception cref="IOException">It cannot be written there.</exception>
    public static string Writable(string what, string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"{what}: expected a file to write; found a folder at \"{path}\".");
        }

        string folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
        return Directory.Exists(folder)
            ? path
            : throw new IOException(
                $"{what}: expected a folder \"{folder}\" to write {Path.GetFileName(path)} into; found none.");
    }

    /// <summary>A folder to write into, made where it is missing.</summary>
    /// <exception cref="IOException">A file is in its place, or it cannot be made.</exception>
    public static string Folder(string what, string path)
    {
        if (File.Exists(path))
        {
            throw new IOException($"{what}: expected a folder; found a file at \"{path}\".");
        }

        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>A folder to write into, made where it is missing, or null.</summary>
    /// <inheritdoc cref="Folder" path="/exception"/>
    public static string? FolderOrNull(string what, string? path) => path is null ? null : Folder(what, path);
}
