using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linr.Tests.Long;

/// <summary>How far a long run is; kept in a file after every round, so that it goes on where it was stopped.</summary>
internal sealed record LongState
{
    /// <summary>Rounds of a whole run.</summary>
    public const int RoundsGoal = 1_000;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

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

    /// <summary>Processes that were killed.</summary>
    public long Kills { get; init; }

    /// <summary>Sets of three items that they had acknowledged, all of them found whole.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Random operations on a store and its twin.</summary>
    public long Operations { get; init; }

    /// <summary>What they were.</summary>
    public SortedDictionary<string, long> OperationsByKind { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Random filters whose plans passed what the interpreter passes.</summary>
    public long Filters { get; init; }

    /// <summary>How long all of it took.</summary>
    public double Seconds { get; init; }

    public static LongState? Load(string path)
        => File.Exists(path) ? JsonSerializer.Deserialize<LongState>(File.ReadAllText(path), s_json) : null;

    public void Save(string path)
    {
        File.WriteAllText(path + ".tmp", JsonSerializer.Serialize(this, s_json) + "\n");
        File.Move(path + ".tmp", path, overwrite: true);
    }
}
