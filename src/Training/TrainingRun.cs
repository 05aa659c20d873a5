using System.Text.Json;

namespace Linr.Training;

/// <summary>The record of a run: what it was asked, what it saw and what each epoch gave.</summary>
public sealed record TrainingRun
{
    /// <summary>The options.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>Items.</summary>
    public required int Items { get; init; }

    /// <summary>Users.</summary>
    public required int Users { get; init; }

    /// <summary>Interactions, held-out ones too.</summary>
    public required int Interactions { get; init; }

    /// <summary>Items whose interactions were all held out, to evaluate how new items are found.</summary>
    public required int ColdItems { get; init; }

    /// <summary>What ordered the interactions.</summary>
    public required string Order { get; init; }

    /// <summary>The epochs.</summary>
    public required IReadOnlyList<EpochResult> Epochs { get; init; }

    /// <summary>The epoch whose weights the model has; 0 when nothing was trained.</summary>
    public int BestEpoch => Epochs.LastOrDefault(epoch => epoch.IsBest).Epoch;

    /// <summary>The record as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TrainingJson.Default.TrainingRun);
}
