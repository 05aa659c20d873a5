using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linr.Server.Models;

/// <summary>The catalogue's state on the disk, <c>catalogue.json</c>.</summary>
/// <param name="folder">The data folder.</param>
internal sealed partial class CatalogueFile(string folder)
{
    private const string Name = "catalogue.json";
    private readonly string _path = Path.Combine(folder, Name);

    /// <summary>What it says; an empty catalogue where there is none yet.</summary>
    /// <exception cref="IOException">It cannot be read, or is damaged.</exception>
    public CatalogueState Read()
    {
        if (!File.Exists(_path))
        {
            return new CatalogueState();
        }

        try
        {
            CatalogueState? state = JsonSerializer.Deserialize(
                File.ReadAllBytes(_path), CatalogueJson.Default.CatalogueState);
            return state is { Format: 1 }
                ? state
                : throw new IOException($"{Name}: expected format 1; found {state?.Format.ToString() ?? "null"}.");
        }
        catch (JsonException error)
        {
            throw new IOException($"{Name}: expected the catalogue as JSON; found {error.Message}", error);
        }
    }

    /// <summary>Puts a state in place of the one before; after a crash there is one of the two.</summary>
    /// <exception cref="IOException">The disk failed, and the file is as before.</exception>
    public void Write(CatalogueState state)
    {
        string next = _path + ".new";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, state, CatalogueJson.Default.CatalogueState);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, _path, overwrite: true);
        Linr.Memory.FolderSync.Flush(folder);
    }

    [JsonSourceGenerationOptions(
        WriteIndented = true,
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(CatalogueState))]
    private sealed partial class CatalogueJson : JsonSerializerContext;
}
