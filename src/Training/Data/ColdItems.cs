namespace Linr.Training.Data;

/// <summary>
/// Takes a share of the items that have interactions out of a data set, drawn by a seed, and keeps of each one
/// interaction to evaluate: an item then counts once, however popular it is.
/// </summary>
internal sealed class ColdItems
{
    // Apart from the streams of users, which are their rows.
    private const long Stream = long.MinValue;

    private readonly bool[] _isCold;
    private readonly SplitMix _random;
    private readonly SortedDictionary<int, (int Interactions, ColdInteraction Kept)> _kept = [];

    /// <summary>Draws the items.</summary>
    /// <param name="items">The item row of every interaction.</param>
    /// <param name="itemCount">Items in all.</param>
    /// <param name="share">Share of the items with interactions, 0 to below 1.</param>
    /// <param name="seed">Draws the items and of each its interaction.</param>
    public ColdItems(IEnumerable<int> items, int itemCount, double share, long seed)
    {
        _random = new SplitMix(seed, Stream);
        _isCold = new bool[itemCount];
        if (share == 0)
        {
            return;
        }

        int[] drawn = [.. items.Distinct().Order()];
        _random.Shuffle<int>(drawn);
        foreach (int item in drawn.AsSpan(0, (int)(share * drawn.Length)))
        {
            _isCold[item] = true;
        }
    }

    /// <summary>One interaction of each cold item that some user with a history chose, by item row.</summary>
    public ColdInteraction[] Interactions => [.. _kept.Values.Select(one => one.Kept)];

    /// <summary>Whether training never sees the item.</summary>
    public bool this[int item] => _isCold[item];

    /// <summary>Offers an interaction with a cold item; each that is offered is kept with equal probability.</summary>
    public void Offer(ColdInteraction interaction)
    {
        if (interaction.Before == 0)
        {
            return;
        }

        (int interactions, ColdInteraction kept) = _kept.GetValueOrDefault(interaction.Item);
        interactions++;
        _kept[interaction.Item] = (interactions, _random.NextInt(interactions) == 0 ? interaction : kept);
    }
}
