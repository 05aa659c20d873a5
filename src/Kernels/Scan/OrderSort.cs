namespace Linr.Kernels.Scan;

/// <summary>Puts <see cref="ScoredRow"/> words in the order of an answer; reused, and one a thread.</summary>
/// <param name="order">What settles equal scores.</param>
internal sealed class OrderSort(Func<RowOrder> order)
{
    private ulong[] _scratch = [];
    private long[] _keys = [];
    private Comparison<ulong>? _byOrder;

    private Comparison<ulong> ByOrder
        => _byOrder ??= (first, second) => order().Compare(ScoredRow.Row(first), ScoredRow.Row(second));

    /// <summary>Sorts words by score, and equal scores by the order of their rows.</summary>
    public void Sort(Span<ulong> words)
    {
        ScoreSort.Descending(words, ref _scratch);
        int start = 0;
        for (int i = 1; i <= words.Length; i++)
        {
            if (i == words.Length || ScoredRow.Score(words[i]) != ScoredRow.Score(words[start]))
            {
                SortTies(words[start..i]);
                start = i;
            }
        }
    }

    /// <summary>
    /// Puts words of equal scores in order. A row's key is dear (a hash of its id), so it is asked for once.
    /// </summary>
    private void SortTies(Span<ulong> words)
    {
        if (words.Length < 2)
        {
            return;
        }

        ScanArrays.Grow(ref _keys, words.Length);
        Span<long> keys = _keys.AsSpan(0, words.Length);
        for (int i = 0; i < words.Length; i++)
        {
            keys[i] = KeyOf(words[i]);
        }

        keys.Sort(words);
        for (int start = 0; start < words.Length;)
        {
            int end = start + 1;
            while (end < words.Length && keys[end] == keys[start])
            {
                end++;
            }

            if (end - start > 1)
            {
                words[start..end].Sort(ByOrder);
            }

            start = end;
        }
    }

    /// <summary>
    /// Merges words that stand in order with those after them, which do too. Where scores tie over and over, most of a
    /// list stands in order already, and the order of two rows is dear.
    /// </summary>
    public void Merge(Span<ulong> words, int settled)
    {
        int added = words.Length - settled;
        ScanArrays.Grow(ref _scratch, added);
        words[settled..].CopyTo(_scratch);
        Placed one = default;
        Placed other = default;
        for (int to = words.Length - 1; added > 0; to--)
        {
            if (settled == 0)
            {
                words[to] = _scratch[--added];
                continue;
            }

            one = one.Word == _scratch[added - 1] ? one : new Placed(_scratch[added - 1]);
            other = other.Word == words[settled - 1] ? other : new Placed(words[settled - 1]);
            words[to] = IsBefore(ref one, ref other) ? words[--settled] : _scratch[--added];
        }
    }

    /// <summary>Whether a word stands before another one.</summary>
    public bool IsBefore(ref Placed first, ref Placed second)
    {
        float firstScore = ScoredRow.Score(first.Word);
        float secondScore = ScoredRow.Score(second.Word);
        if (firstScore != secondScore)
        {
            return firstScore > secondScore;
        }

        long firstKey = first.Key ??= KeyOf(first.Word);
        long secondKey = second.Key ??= KeyOf(second.Word);
        return firstKey != secondKey ? firstKey < secondKey : ByOrder(first.Word, second.Word) < 0;
    }

    private long KeyOf(ulong word) => order().Key(ScoredRow.Row(word));

    /// <summary>A word whose row's key is known once it was asked for.</summary>
    public record struct Placed(ulong Word)
    {
        public long? Key { get; set; }
    }
}
