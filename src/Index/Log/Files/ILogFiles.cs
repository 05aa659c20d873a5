namespace Linr.Index.Log.Files;

/// <summary>
/// The folder of a log: all that the log asks of a file system. Names are plain file names. What was not synced may
/// be lost, torn or reordered by a power cut; names too.
/// </summary>
internal interface ILogFiles
{
    /// <summary>Where a file is, for messages.</summary>
    string PathOf(string name);

    /// <summary>The names of all files, in no order.</summary>
    IReadOnlyList<string> List();

    /// <summary>Makes an empty file for writing and reading, in place of one that has the name.</summary>
    ILogFile Create(string name);

    /// <summary>Opens a file that is there.</summary>
    ILogFile Open(string name, bool forWriting);

    /// <summary>Gives a file another name that no file has.</summary>
    void Rename(string name, string newName);

    /// <summary>Removes a file; whoever has it open reads on.</summary>
    void Delete(string name);

    /// <summary>The same; false where the system keeps a file that is mapped, as Windows does.</summary>
    bool TryDelete(string name);

    /// <summary>Forces the names to the disk: files made, renamed and removed until now.</summary>
    void SyncNames();

    /// <summary>Keeps others out until disposed.</summary>
    /// <exception cref="IOException">Another holds the folder.</exception>
    IDisposable Lock();
}
