namespace Linr.Client;

/// <summary>One item of an answer.</summary>
/// <param name="Id">The item.</param>
/// <param name="Score">Its score; its value, where a ranker ranked.</param>
public readonly record struct Hit(ItemId Id, float Score)
{
    private readonly HitExtras? _extras;

    /// <summary>The values of the fields that were asked for; a missing value is left out.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Value>> Fields
    {
        get => (_extras ?? HitExtras.None).Fields;
        init => _extras = (_extras ?? HitExtras.None) with { Fields = value };
    }

    /// <summary>What a ranker predicted, by task.</summary>
    public IReadOnlyDictionary<string, float> Tasks
    {
        get => (_extras ?? HitExtras.None).Tasks;
        init => _extras = (_extras ?? HitExtras.None) with { Tasks = value };
    }
}
