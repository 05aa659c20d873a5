using Linr.Training.Data;

namespace Linr.Training.Torch;

/// <summary>
/// Items of a step seen twice (after Yao et al., CIKM 2021): each of an item's features goes to one of two views at
/// random. That the two must find each other among the others teaches what the features have to do with each other,
/// also for items that no interaction names.
/// </summary>
internal sealed class ItemViews(int itemCount, int viewCount)
{
    private readonly HashSet<int> _rows = [];

    /// <summary>Different items that were drawn.</summary>
    public int Count => _rows.Count;

    /// <summary>Draws items evenly and adds them to the model: all of one view, then all of the other.</summary>
    public void AddTo(TwoTowerModel model, SplitMix random)
    {
        _rows.Clear();
        for (int draw = 0; draw < Math.Min(viewCount, itemCount); draw++)
        {
            _rows.Add(random.NextInt(itemCount));
        }

        long seed = (long)random.NextUInt64();
        foreach (int side in (ReadOnlySpan<int>)[0, 1])
        {
            foreach (int row in _rows)
            {
                // The same coins on both sides, so that a view has what the other lacks.
                var coins = new SplitMix(seed, row);
                model.AddContent(row, () => coins.NextInt(2) == side);
            }
        }
    }
}
