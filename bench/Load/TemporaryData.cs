namespace Linr.Bench.Load;

/// <summary>A folder that goes when it is disposed.</summary>
internal sealed class TemporaryData : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("linr-load-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
