using System.Text.Json;
using Linr.Cli.Terminal;
using Linr.Training.Data;

namespace Linr.Cli.Data;

/// <summary>What a folder that `linr import` wrote says about where its data came from.</summary>
/// <param name="Name">What the data are called in tables.</param>
/// <param name="Order">
/// What orders a user's interactions; null is their times where they have any, else the file.
/// </param>
internal sealed record ImportedSource(string Name, InteractionOrder? Order)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "source.json";

    /// <exception cref="FormatException">The file is not what import writes.</exception>
    public static ImportedSource Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return JsonSerializer.Deserialize<ImportedSource>(File.ReadAllText(path), JsonOutput.Options)
                ?? throw new FormatException($"{path}: expected a name and an order; found null.");
        }
        catch (JsonException error)
        {
            throw new FormatException($"{path}: expected a name and an order; {error.Message}", error);
        }
    }

    public void Write(string folder)
        => File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, JsonOutput.Options));
}
