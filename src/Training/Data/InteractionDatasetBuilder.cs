using Linr.Formats;

namespace Linr.Training.Data;

/// <summary>
/// Reads interactions once, in any order, and sorts them by user: 16 bytes an interaction while it reads (20 with
/// weights), so that 20 million take 320 MB.
/// </summary>
public sealed class InteractionDatasetBuilder
{
    private readonly ItemCatalogue _catalogue;
    private readonly Dictionary<ItemId, int> _userRows = [];
    private readonly List<int> _users = [];
    private readonly List<int> _items = [];
    private readonly List<long> _times = [];
    private List<float>? _weights;
    private bool _timesMissing;

    /// <summary>A builder over these items; interactions with other items add them without fields.</summary>
    public InteractionDatasetBuilder(ItemCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        _catalogue = catalogue;
    }

    /// <summary>Adds one interaction.</summary>
    /// <exception cref="InvalidOperationException">
    /// There are more than an array can hold, about 2.1 billion.
    /// </exception>
    public void Add(Interaction interaction)
    {
        if (_items.Count == Array.MaxLength)
        {
            throw new InvalidOperationException($"Expected at most {Array.MaxLength} interactions.");
        }

        if (!_userRows.TryGetValue(interaction.User, out int user))
        {
            user = _userRows.Count;
            _userRows.Add(interaction.User, user);
        }

        if (interaction.Weight != 1 && _weights is null)
        {
            _weights = [.. Enumerable.Repeat(1f, _items.Count)];
        }

        _users.Add(user);
        _items.Add(_catalogue.FindOrAdd(interaction.Item));
        _times.Add(interaction.TimeMicroseconds ?? 0);
        _weights?.Add(interaction.Weight);
        _timesMissing |= interaction.TimeMicroseconds is null;
    }

    /// <summary>Sorts what was added; the builder is then empty.</summary>
    /// <param name="order">
    /// What orders a user's interactions, or null: their times, or where one has none the order in which they were
    /// read.
    /// </param>
    /// <param name="seed">Draws the held-out interactions where there is no order.</param>
    /// <param name="coldShare">
    /// Share of the items with interactions, 0 to below 1, whose interactions are held out, all of them.
    /// </param>
    /// <exception cref="ArgumentException">
    /// Time order was asked for and an interaction has no time, or the share is out of range.
    /// </exception>
    public InteractionDataset Build(InteractionOrder? order = null, long seed = 1, double coldShare = 0)
    {
        if (!(coldShare is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(coldShare), coldShare, "Expected 0 to below 1.");
        }

        InteractionOrder chosen = order ?? (_timesMissing ? InteractionOrder.File : InteractionOrder.Time);
        if (chosen == InteractionOrder.Time && _timesMissing)
        {
            throw new ArgumentException("Expected a time with every interaction; some have none.", nameof(order));
        }

        (int[] positions, long[] starts) = ByUser();
        var cold = new ColdItems(_items, _catalogue.Count, coldShare, seed);
        var coldOfUser = new List<(int Item, int Before)>();
        int kept = 0;
        int[] lastUser = new int[_catalogue.Count];
        Array.Fill(lastUser, -1);
        int[] items = new int[positions.Length];
        float[]? weights = _weights is null ? null : new float[positions.Length];
        for (int user = 0; user + 1 < starts.Length; user++)
        {
            Span<int> own = positions.AsSpan((int)starts[user], (int)(starts[user + 1] - starts[user]));
            Arrange(own, chosen, seed, user);
            starts[user] = kept;
            coldOfUser.Clear();
            foreach (int position in own)
            {
                int item = _items[position];
                if (lastUser[item] == user)
                {
                    continue;
                }

                lastUser[item] = user;
                if (cold[item])
                {
                    coldOfUser.Add((item, kept - (int)starts[user]));
                    continue;
                }

                items[kept] = item;
                weights?[kept] = _weights![position];
                kept++;
            }

            foreach ((int item, int before) in coldOfUser)
            {
                int history = chosen == InteractionOrder.None ? kept - (int)starts[user] : before;
                cold.Offer(new ColdInteraction(user, item, history));
            }
        }

        starts[^1] = kept;
        Array.Resize(ref items, kept);
        ItemId[] users = new ItemId[_userRows.Count];
        foreach ((ItemId id, int row) in _userRows)
        {
            users[row] = id;
        }

        Clear();
        return new InteractionDataset(_catalogue, chosen, starts, items, weights, users)
        {
            ColdInteractions = cold.Interactions,
        };
    }

    private (int[] Positions, long[] Starts) ByUser()
    {
        long[] starts = new long[_userRows.Count + 1];
        foreach (int user in _users)
        {
            starts[user + 1]++;
        }

        for (int user = 0; user < _userRows.Count; user++)
        {
            starts[user + 1] += starts[user];
        }

        long[] next = starts.AsSpan(0, _userRows.Count).ToArray();
        int[] positions = new int[_users.Count];
        for (int position = 0; position < _users.Count; position++)
        {
            positions[next[_users[position]]++] = position;
        }

        return (positions, starts);
    }

    private void Arrange(Span<int> own, InteractionOrder order, long seed, int user)
    {
        if (order == InteractionOrder.None)
        {
            new SplitMix(seed, user).Shuffle(own);
        }
        else if (order == InteractionOrder.Time)
        {
            own.Sort((left, right) =>
            {
                int byTime = _times[left].CompareTo(_times[right]);
                return byTime != 0 ? byTime : left.CompareTo(right);
            });
        }
    }

    private void Clear()
    {
        _userRows.Clear();
        _users.Clear();
        _items.Clear();
        _times.Clear();
        _weights = null;
        _timesMissing = false;
        _users.TrimExcess();
        _items.TrimExcess();
        _times.TrimExcess();
    }
}
