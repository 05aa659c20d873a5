namespace Linr.Training.Data;

/// <summary>A history as the query tower takes it: item rows, the latest first, padded at the end.</summary>
public static class HistoryRows
{
    /// <summary>What stands where a history has no more items.</summary>
    public const int None = -1;

    /// <summary>Writes the latest of <paramref name="items"/>, which are in order, and pads.</summary>
    public static void Latest(ReadOnlySpan<int> items, Span<int> history)
    {
        int count = Math.Min(items.Length, history.Length);
        for (int place = 0; place < count; place++)
        {
            history[place] = items[items.Length - 1 - place];
        }

        history[count..].Fill(None);
    }
}
