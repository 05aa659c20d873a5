namespace Linr.Training.Data;

/// <summary>
/// Queries as rows of users and items. Several may be asked of one history: each at its own place, as if nothing had
/// come later.
/// </summary>
internal readonly ref struct QueryRows
{
    /// <summary>The user of each history.</summary>
    public required ReadOnlySpan<int> Users { get; init; }

    /// <summary>
    /// Item rows, the latest first, history length a history, padded by <see cref="HistoryRows.None"/>.
    /// </summary>
    public required ReadOnlySpan<int> Histories { get; init; }

    /// <summary>How many of its user's items, which no query of it sees, are newer than those of each history.</summary>
    public required ReadOnlySpan<int> Newer { get; init; }

    /// <summary>The history of each query, none before that of the query before it.</summary>
    public required ReadOnlySpan<int> Owners { get; init; }

    /// <summary>
    /// The place of the latest item that each query sees: 0 for the latest of all, the number of items for none.
    /// </summary>
    public required ReadOnlySpan<int> Places { get; init; }

    /// <summary>A history for each query with what it sees, the latest first.</summary>
    public int[] ToHistories()
    {
        int length = Users.IsEmpty ? 0 : Histories.Length / Users.Length;
        int[] histories = new int[Owners.Length * length];
        Array.Fill(histories, HistoryRows.None);
        for (int query = 0; query < Owners.Length; query++)
        {
            Histories.Slice(Owners[query] * length, length)[Places[query]..].CopyTo(histories.AsSpan(query * length));
        }

        return histories;
    }

    /// <summary>One query a history, which sees all of it.</summary>
    public static QueryRows Whole(ReadOnlySpan<int> users, ReadOnlySpan<int> histories)
    {
        int[] owners = [.. Enumerable.Range(0, users.Length)];
        int[] none = new int[users.Length];
        return new QueryRows { Users = users, Histories = histories, Newer = none, Owners = owners, Places = none };
    }
}
