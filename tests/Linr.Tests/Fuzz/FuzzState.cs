using System.Text.Json;

namespace Linr.Tests.Fuzz;

/// <summary>How far a long run is; kept in a file after every round, so that it goes on where it was stopped.</summary>
internal sealed record FuzzState
{
    /// <summary>Inputs of a whole run, of all parsers together.</summary>
    public const long InputsGoal = 100_000_000;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The commit that it ran on.</summary>
    public required string Commit { get; init; }

    /// <summary>The day on which its last round ended.</summary>
    public required string Date { get; init; }

    /// <summary>What the rounds' own seeds follow from.</summary>
    public required int Seed { get; init; }

    /// <summary>The machine.</summary>
    public required string Machine { get; init; }

    /// <summary>Rounds that ended.</summary>
    public int Rounds { get; init; }

    /// <summary>By the parser's name.</summary>
    public SortedDictionary<string, FuzzCount> Parsers { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Inputs of all parsers.</summary>
    public long Inputs => Parsers.Values.Sum(one => one.Inputs);

    public static FuzzState? Load(string path)
        => File.Exists(path) ? JsonSerializer.Deserialize<FuzzState>(File.ReadAllText(path), s_json) : null;

    public void Save(string path)
    {
        File.WriteAllText(path + ".tmp", JsonSerializer.Serialize(this, s_json) + "\n");
        File.Move(path + ".tmp", path, overwrite: true);
    }
}
