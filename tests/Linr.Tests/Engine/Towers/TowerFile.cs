using Linr.Index.ModelFiles;

namespace Linr.Tests.Engine.Towers;

/// <summary>An open model file of random towers.</summary>
public sealed class TowerFile : IDisposable
{
    public const int ItemCount = 90;

    private readonly TemporaryFolder _folder = new();

    public TowerFile()
    {
        Random.Write(Path);
        Model = ModelReader.Open(Path);
    }

    public string Path => _folder.File("model.linr");

    public LoadedModel Model { get; }

    internal TowerModel Random { get; } = new(ItemCount, seed: 11);

    public void Dispose()
    {
        Model.Dispose();
        _folder.Dispose();
    }
}
