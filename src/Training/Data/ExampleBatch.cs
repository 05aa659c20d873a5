namespace Linr.Training.Data;

/// <summary>
/// Examples of one step; its arrays are reused. Examples may share a history: see <see cref="QueryRows"/>.
/// </summary>
internal sealed class ExampleBatch(int capacity, int historyLength)
{
    private readonly int[] _users = new int[capacity];
    private readonly int[] _histories = new int[capacity * historyLength];
    private readonly int[] _newer = new int[capacity];
    private readonly int[] _owners = new int[capacity];
    private readonly int[] _places = new int[capacity];

    /// <summary>Examples at most.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Items of a history at most.</summary>
    public int HistoryLength { get; } = historyLength;

    /// <summary>Examples in use.</summary>
    public int Count { get; private set; }

    /// <summary>Histories in use.</summary>
    public int HistoryCount { get; private set; }

    /// <summary>The item to be found.</summary>
    public int[] Targets { get; } = new int[capacity];

    /// <summary>How much each example counts.</summary>
    public float[] Weights { get; } = new float[capacity];

    /// <summary>The queries of the examples.</summary>
    public QueryRows Queries => new()
    {
        Users = _users.AsSpan(0, HistoryCount),
        Histories = _histories.AsSpan(0, HistoryCount * HistoryLength),
        Newer = _newer.AsSpan(0, HistoryCount),
        Owners = _owners.AsSpan(0, Count),
        Places = _places.AsSpan(0, Count),
    };

    /// <summary>The user of an example.</summary>
    public int UserOf(int example) => _users[_owners[example]];

    /// <summary>Forgets all examples.</summary>
    public void Clear() => (Count, HistoryCount) = (0, 0);

    /// <summary>Adds a history, which the caller fills; the examples that are added next have it.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="newer">How many of the user's items are newer than what the history holds and its examples.</param>
    public Span<int> AddHistory(int user, int newer = 0)
    {
        (_users[HistoryCount], _newer[HistoryCount]) = (user, newer);
        return _histories.AsSpan(HistoryCount++ * HistoryLength, HistoryLength);
    }

    /// <summary>Adds an example that sees the last history from a place on.</summary>
    public void Add(int target, float weight, int place)
    {
        (Targets[Count], Weights[Count], _owners[Count], _places[Count]) = (target, weight, HistoryCount - 1, place);
        Count++;
    }
}
