using Linr.Index.Log.Files;
using Linr.Index.ModelFiles;

namespace Linr.Engine.Store;

/// <summary>
/// The snapshots of a store in their folder. One is written under another name, synced, named, and the name is synced:
/// one that has its name is whole.
/// </summary>
internal sealed class SnapshotFolder(ILogFiles files)
{
    private const string UnfinishedExtension = ".tmp";
    private const string DamagedExtension = ".damaged";

    /// <summary>All snapshots, the oldest first.</summary>
    public IReadOnlyList<SnapshotName> List()
    {
        var names = new List<SnapshotName>();
        foreach (string file in files.List())
        {
            if (SnapshotName.TryParse(file, out SnapshotName name))
            {
                names.Add(name);
            }
        }

        names.Sort();
        return names;
    }

    /// <summary>Where a snapshot is.</summary>
    public string PathOf(SnapshotName name) => files.PathOf(name.ToString());

    /// <summary>A snapshot, with the length of its file.</summary>
    public StoreSnapshot Describe(SnapshotName name)
    {
        using ILogFile file = files.Open(name.ToString(), forWriting: false);
        return new StoreSnapshot(PathOf(name), name.Offset, name.Push, file.Length);
    }

    /// <summary>Writes a snapshot; after an error there is none of that name.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Write(SnapshotName name, ModelContents contents)
    {
        string written = name + UnfinishedExtension;
        try
        {
            using (ILogFile file = files.Create(written))
            using (var stream = new LogFileStream(file))
            {
                ModelWriter.Write(stream, contents);
                stream.Flush();
                file.Sync();
            }

            files.Rename(written, name.ToString());
            written = name.ToString();
            files.SyncNames();
        }
        catch
        {
            TryDelete(written);
            throw;
        }
    }

    /// <summary>Removes a snapshot for good.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Delete(SnapshotName name)
    {
        files.Delete(name.ToString());
        files.SyncNames();
    }

    /// <summary>The same; false where the system keeps the file, as it is the one that is served.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public bool TryDelete(SnapshotName name)
    {
        bool isGone = files.TryDelete(name.ToString());
        files.SyncNames();
        return isGone;
    }

    /// <summary>
    /// Gives a damaged snapshot a name that no snapshot has: it is counted no more, and may be looked at.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void SetAside(string file)
    {
        if (files.List().Contains(file + DamagedExtension))
        {
            files.Delete(file + DamagedExtension);
        }

        files.Rename(file, file + DamagedExtension);
        files.SyncNames();
    }

    /// <summary>Removes what a crash left of snapshots that were being written.</summary>
    public void DeleteUnfinished()
    {
        foreach (string file in files.List()
            .Where(file => file.EndsWith(UnfinishedExtension, StringComparison.Ordinal)))
        {
            files.Delete(file);
        }
    }

    // What hinders it will be found when the store is opened; what failed first is what the caller has to know.
    private void TryDelete(string name)
    {
        try
        {
            files.Delete(name);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }
}
