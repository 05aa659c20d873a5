namespace Linr.Kernels.Scan;

/// <summary>
/// Makes room in survivor lists and raises the cut. <see cref="Shrink"/> drops the rows that lie below the K-th best
/// lower bound by more than their error. Where that is not enough (ties, near-ties) or not allowed (groups),
/// <see cref="Settle"/> computes canonical scores and keeps exactly the best K of the list by the order of the answer.
/// One a thread.
/// </summary>
internal sealed unsafe class Compactor
{
    /// <summary>While the scan goes on a cut that keeps a share more than K rows is good enough.</summary>
    private const int SlackShare = 16;

    /// <summary>Cuts are raised when a share of K has been added: they are late by as many words at most.</summary>
    private const int RaiseShare = 8;
    private const int RaiseStepMin = 32;

    private readonly ScanPlan _plan;
    private readonly RowScorer _scorer;
    private readonly GroupCaps _caps = new();
    private readonly OrderSort _sort;

    public Compactor(ScanPlan plan, RowScorer scorer)
    {
        _plan = plan;
        _scorer = scorer;
        _sort = new OrderSort(() => plan.Request.Order);
    }

    /// <summary>Words added to a list until its cut is raised.</summary>
    public int RaiseStep => Math.Max(RaiseStepMin, _plan.K / RaiseShare);

    /// <summary>Whether a list's K-th best, whatever group it is of, is a cut.</summary>
    public bool RaisesCuts => !IsGrouped;

    private bool IsGrouped => _plan.Request.Groups.Length > 0;

    /// <summary>Makes room for <paramref name="needed"/> words and a fair number more.</summary>
    public void MakeRoom(int slot, ref SurvivorList list, int capacity, int needed)
    {
        int room = Math.Max(needed, capacity / 8);
        if (list.Counted > 0)
        {
            CountWords(slot, ref list);
            DropBelowCut(slot, ref list);
        }

        if (capacity - list.Count < room)
        {
            Shrink(slot, ref list, _plan.K / SlackShare);
        }

        if (capacity - list.Count < room)
        {
            Settle(slot, ref list);
        }

        StartLevels(slot, ref list);
    }

    /// <summary>
    /// Raises the cut of a list that is not settled: the first time to its K-th best, then, as words are added, to
    /// where their levels allow it.
    /// </summary>
    public void RaiseCut(int slot, ref SurvivorList list)
    {
        if (list.Counted > 0)
        {
            CountWords(slot, ref list);
            return;
        }

        Shrink(slot, ref list, _plan.K / SlackShare);
        StartLevels(slot, ref list);
    }

    /// <summary>Raises the cut to the K-th best lower bound of a list.</summary>
    public void CutAtLast(int slot, ref SurvivorList list) => Shrink(slot, ref list, 0);

    /// <summary>Turns what several threads kept, one list after the other, into the slot's answer.</summary>
    public void Finish(int slot, ref SurvivorList list)
    {
        Shrink(slot, ref list, 0);
        Settle(slot, ref list);
    }

    /// <summary>Turns rows of which nothing is known, at a score of infinity, into the slot's answer.</summary>
    public void Score(int slot, ref SurvivorList list) => Settle(slot, ref list);

    /// <summary>
    /// Settled rows of a list that is to be merged become lower bounds again, so that all its words mean the same.
    /// </summary>
    public void Unsettle(int slot, ref SurvivorList list)
    {
        for (int i = 0; i < list.Settled; i++)
        {
            uint row = ScoredRow.Row(list.Words[i]);
            list.Words[i] = ScoredRow.Pack(LowerBound(slot, row, ScoredRow.Score(list.Words[i])), row);
        }

        list.Settled = 0;
    }

    /// <summary>A lower bound of a canonical score that is itself at most twice the row's error away from it.</summary>
    public float LowerBound(int slot, uint row, float canonical)
        => (float)(canonical - _plan.Errors.Of(slot, (int)(row / ScanSegment.BlockRows)));

    private void Shrink(int slot, ref SurvivorList list, int slack)
    {
        if (list.Count <= _plan.K || list.Settled > 0 || IsGrouped)
        {
            return;
        }

        _plan.Cuts.Raise(slot, TopCut.Find(list.Span, _plan.K, slack));
        DropBelowCut(slot, ref list);
    }

    private void DropBelowCut(int slot, ref SurvivorList list)
    {
        ulong lowest = ScoredRow.Pack((float)(_plan.Cuts[slot] - (2.01 * _plan.Errors.Largest(slot))), 0);
        Span<ulong> words = list.Span;
        int kept = 0;
        foreach (ulong word in words)
        {
            words[kept] = word;
            kept += word >= lowest ? 1 : 0;
        }

        list.Count = kept;
    }

    private void StartLevels(int slot, ref SurvivorList list)
    {
        (list.Counted, list.NextRaise) = (0, SurvivorList.Never);
        if (list.Settled == 0 && !IsGrouped)
        {
            list.Levels.Start(list.Span, _plan.Cuts[slot]);
            CountWords(slot, ref list);
        }
    }

    private void CountWords(int slot, ref SurvivorList list)
    {
        if (list.Levels.Add(list.Span[list.Counted..], _plan.K))
        {
            _plan.Cuts.Raise(slot, list.Levels.Cut);
        }

        list.Counted = list.Count;
        list.NextRaise = list.Count + RaiseStep;
    }

    private void Settle(int slot, ref SurvivorList list)
    {
        ReadOnlySpan<Filter.ColumnBlock> groups = _plan.Request.Groups.Span;
        if (IsGrouped)
        {
            _caps.Clear(list.Count, _plan.Request.GroupCap);
            foreach (ulong word in list.Span[..list.Settled])
            {
                _caps.TryTake(GroupCaps.CodeOf(groups, ScoredRow.Row(word)), ScoredRow.Score(word));
            }
        }

        Span<ulong> added = list.Span[list.Settled..];
        added = added[..KeepThoseThatMayReach(slot, groups, added)];
        _scorer.Score(slot, added);
        ulong last = list.Settled == _plan.K ? list.Words[list.Settled - 1] : 0;
        added = added[..KeepThoseThatReach(slot, groups, last, added)];
        _sort.Sort(added);
        list.Count = list.Settled + added.Length;
        _sort.Merge(list.Span, list.Settled);
        list.Count = IsGrouped
            ? _caps.Take(list.Span, groups, _plan.Request.GroupCap, _plan.K)
            : Math.Min(list.Count, _plan.K);
        list.Settled = list.Count;
        if (list.Count == _plan.K)
        {
            _plan.Cuts.Raise(slot, ScoredRow.Score(list.Words[list.Count - 1]));
        }
    }

    /// <summary>Keeps the words, lower bounds, whose canonical scores may reach the cut; returns how many.</summary>
    private int KeepThoseThatMayReach(int slot, ReadOnlySpan<Filter.ColumnBlock> groups, Span<ulong> words)
    {
        float cut = _plan.Cuts[slot];
        ulong lowest = ScoredRow.Pack(cut, 0);
        int kept = 0;
        foreach (ulong word in words)
        {
            words[kept] = word;
            bool reaches = word >= lowest && groups.Length == 0;
            kept += reaches || MayReach(slot, word, RowCut(cut, groups, word)) ? 1 : 0;
        }

        return kept;
    }

    /// <summary>
    /// Keeps the words, canonical scores by now, that reach the cut and stand before <paramref name="last"/>, if that
    /// is not 0; returns how many.
    /// </summary>
    private int KeepThoseThatReach(
        int slot, ReadOnlySpan<Filter.ColumnBlock> groups, ulong last, Span<ulong> words)
    {
        float cut = _plan.Cuts[slot];
        OrderSort.Placed end = new(last);
        int kept = 0;
        foreach (ulong word in words)
        {
            words[kept] = word;
            OrderSort.Placed one = new(word);
            bool reaches = ScoredRow.Score(word) >= (groups.Length == 0 ? cut : RowCut(cut, groups, word));
            kept += reaches && (last == 0 || _sort.IsBefore(ref one, ref end)) ? 1 : 0;
        }

        return kept;
    }

    private float RowCut(float cut, ReadOnlySpan<Filter.ColumnBlock> groups, ulong word)
        => groups.Length == 0 ? cut : Math.Max(cut, _caps.Cut(GroupCaps.CodeOf(groups, ScoredRow.Row(word))));

    private bool MayReach(int slot, ulong word, float cut)
    {
        float lower = ScoredRow.Score(word);
        if (lower >= cut || lower + (2 * _plan.Errors.Largest(slot)) < cut)
        {
            return lower >= cut;
        }

        int block = (int)(ScoredRow.Row(word) / ScanSegment.BlockRows);
        return lower + (2 * _plan.Errors.Of(slot, block)) >= cut;
    }
}
