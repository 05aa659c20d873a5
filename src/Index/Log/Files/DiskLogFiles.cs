using Linr.Memory;

namespace Linr.Index.Log.Files;

/// <summary>A real folder, made if it is not there.</summary>
internal sealed class DiskLogFiles : ILogFiles
{
    private const string LockName = "lock";
    private readonly string _folder;

    public DiskLogFiles(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Make(_folder);
    }

    public string PathOf(string name) => Path.Combine(_folder, name);

    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(_folder).Select(Path.GetFileName)!];

    public ILogFile Create(string name) => new DiskLogFile(PathOf(name), FileMode.Create, FileAccess.ReadWrite);

    public ILogFile Open(string name, bool forWriting)
        => new DiskLogFile(PathOf(name), FileMode.Open, forWriting ? FileAccess.ReadWrite : FileAccess.Read);

    public void Rename(string name, string newName) => File.Move(PathOf(name), PathOf(newName));

    public void Delete(string name) => File.Delete(PathOf(name));

    public bool TryDelete(string name)
    {
        try
        {
            Delete(name);
            return true;
        }
        catch (Exception error) when (
            OperatingSystem.IsWindows() && error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void SyncNames() => FolderSync.Flush(_folder);

    // An advisory lock of the system: it goes with the process, however that ends.
    public IDisposable Lock()
        => new FileStream(PathOf(LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);

    private static void Make(string folder)
    {
        if (!Directory.Exists(folder))
        {
            string parent = Path.GetDirectoryName(folder)!;
            Make(parent);
            Directory.CreateDirectory(folder);
            FolderSync.Flush(parent);
        }
    }
}
