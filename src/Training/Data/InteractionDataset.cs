namespace Linr.Training.Data;

/// <summary>
/// All interactions, user after user, in order: 4 bytes an interaction (8 with weights) and 8 a user. Of a user's
/// interactions with one item the first counts. Of a user with at least three, the last is held out as the test and the
/// second last as the validation; all else is trained on.
/// </summary>
public sealed class InteractionDataset
{
    /// <summary>Interactions that a user must have before two of them are held out.</summary>
    public const int HeldOutMin = 3;

    private readonly long[] _starts;
    private readonly int[] _items;
    private readonly float[]? _weights;

    internal InteractionDataset(
        ItemCatalogue catalogue, InteractionOrder order, long[] starts, int[] items, float[]? weights, ItemId[] users)
    {
        Catalogue = catalogue;
        Order = order;
        Users = users;
        _starts = starts;
        _items = items;
        _weights = weights;
    }

    /// <summary>The items.</summary>
    public ItemCatalogue Catalogue { get; }

    /// <summary>What put a user's interactions in order.</summary>
    public InteractionOrder Order { get; }

    /// <summary>The users' names.</summary>
    public IReadOnlyList<ItemId> Users { get; }

    /// <summary>How many users there are.</summary>
    public int UserCount => _starts.Length - 1;

    /// <summary>
    /// One interaction of each item that was held out altogether; such items stand in the catalogue and in no user's
    /// interactions.
    /// </summary>
    public IReadOnlyList<ColdInteraction> ColdInteractions { get; init; } = [];

    /// <summary>How many interactions there are, held out ones too.</summary>
    public int InteractionCount => _items.Length;

    /// <summary>Raw values of each user's query features by field name; null where the data has none.</summary>
    public Func<ItemId, IReadOnlyDictionary<string, IReadOnlyList<Value>>?>? QueryFields { get; private set; }

    /// <summary>The fields that <see cref="QueryFields"/> may give.</summary>
    public IReadOnlyList<FieldSchema> QuerySchema { get; private set; } = [];

    /// <summary>The same data with features of the users, which the query tower reads beside the history.</summary>
    /// <param name="schema">The fields; those that are features are read.</param>
    /// <param name="fields">A user's values by field name, or null where it has none; the same at each call.</param>
    public InteractionDataset WithQueryFeatures(
        IReadOnlyList<FieldSchema> schema, Func<ItemId, IReadOnlyDictionary<string, IReadOnlyList<Value>>?> fields)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(fields);
        var copy = (InteractionDataset)MemberwiseClone();
        copy.QuerySchema = schema;
        copy.QueryFields = fields;
        return copy;
    }

    /// <summary>Item rows of a user in order.</summary>
    public ReadOnlySpan<int> ItemsOf(int user)
        => _items.AsSpan((int)_starts[user], (int)(_starts[user + 1] - _starts[user]));

    /// <summary>Item rows of a user that are trained on.</summary>
    public ReadOnlySpan<int> TrainingItemsOf(int user)
    {
        ReadOnlySpan<int> items = ItemsOf(user);
        return items[..TrainingCount(items.Length)];
    }

    /// <summary>How many of a user's <paramref name="count"/> interactions are trained on.</summary>
    public static int TrainingCount(int count) => count < HeldOutMin ? count : count - 2;

    /// <summary>How often each item is trained on, by row.</summary>
    public int[] TrainingCounts()
    {
        int[] counts = new int[Catalogue.Count];
        for (int user = 0; user < UserCount; user++)
        {
            foreach (int item in TrainingItemsOf(user))
            {
                counts[item]++;
            }
        }

        return counts;
    }

    /// <summary>Where a user's interactions start among all.</summary>
    internal int StartOf(int user) => (int)_starts[user];

    /// <summary>The user of an interaction.</summary>
    internal int UserOf(int interaction)
    {
        int found = Array.BinarySearch(_starts, interaction);
        if (found < 0)
        {
            return ~found - 1;
        }

        // Users without interactions share their start with the one who has it: the last of them.
        while (_starts[found + 1] == interaction)
        {
            found++;
        }

        return found;
    }

    /// <summary>How much an interaction counts.</summary>
    internal float WeightOf(int interaction) => _weights is null ? 1 : _weights[interaction];
}
