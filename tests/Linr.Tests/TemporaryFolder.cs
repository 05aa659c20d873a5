namespace Linr.Tests;

/// <summary>A folder that is gone when the test is.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linr-test-");

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public IEnumerable<string> FileNames() => _folder.EnumerateFiles().Select(file => file.Name).Order();

    public void Dispose() => _folder.Delete(recursive: true);
}
