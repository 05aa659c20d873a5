namespace Linr;

/// <summary>One item of an answer.</summary>
/// <param name="Id">The item.</param>
/// <param name="Score">
/// Its score: of the query and the item alone, whatever the batch, the filter or the machine. Its value, where a
/// ranker ranked.
/// </param>
public readonly record struct Hit(ItemId Id, float Score)
{
    private readonly HitExtras? _extras;

    internal Hit(ItemId id, float score, HitExtras? extras)
        : this(id, score) => _extras = extras;

    /// <summary>The values of the fields that the request wanted; a missing value is left out.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Value>> Fields
    {
        get => (_extras ?? HitExtras.None).Fields;
        init => _extras = (_extras ?? HitExtras.None) with { Fields = value };
    }

    /// <summary>What the ranker predicted, by task; empty where none ranked.</summary>
    public IReadOnlyDictionary<string, float> Tasks
    {
        get => (_extras ?? HitExtras.None).Tasks;
        init => _extras = (_extras ?? HitExtras.None) with { Tasks = value };
    }

    internal HitExtras? Extras => _extras;
}
