using Linr.Index.Log.Files;

namespace Linr.Engine.Store;

/// <summary>The two folders of a store.</summary>
/// <param name="Path">The store's folder, for messages.</param>
/// <param name="Snapshots">Its snapshots.</param>
/// <param name="Log">Its log.</param>
internal sealed record StoreFiles(string Path, ILogFiles Snapshots, ILogFiles Log)
{
    private const string SnapshotsName = "snapshots";
    private const string LogName = "log";

    /// <summary>Where the log of a store is.</summary>
    public static string LogOf(string folder) => System.IO.Path.Combine(folder, LogName);

    /// <summary>Where the snapshots of a store are.</summary>
    public static string SnapshotsOf(string folder) => System.IO.Path.Combine(folder, SnapshotsName);

    /// <summary>The folders of a store that is there.</summary>
    /// <exception cref="StoreException">There is none.</exception>
    public static StoreFiles Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return IsStore(folder)
            ? new StoreFiles(folder, new DiskLogFiles(SnapshotsOf(folder)), new DiskLogFiles(LogOf(folder)))
            : throw new StoreException(
                $"{folder}: expected a store, with folders \"{SnapshotsName}\" and \"{LogName}\"; found none.");
    }

    /// <summary>The folders of a store to be.</summary>
    /// <exception cref="StoreException">Something is there.</exception>
    public static StoreFiles Create(string folder)
    {
        ThrowIfTaken(folder);
        return new StoreFiles(folder, new DiskLogFiles(SnapshotsOf(folder)), new DiskLogFiles(LogOf(folder)));
    }

    /// <summary>Refuses a folder that something is in.</summary>
    /// <exception cref="StoreException">Something is there.</exception>
    public static void ThrowIfTaken(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new StoreException(
                $"{folder}: expected no file, and an empty folder or none; found something there.");
        }
    }

    /// <summary>Whether a folder is a store.</summary>
    public static bool IsStore(string folder)
        => Directory.Exists(SnapshotsOf(folder)) && Directory.Exists(LogOf(folder));
}
