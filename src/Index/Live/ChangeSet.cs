using System.Runtime.InteropServices;
using Linr.Index.Columns;
using Linr.Index.Embeddings;
using Linr.Index.Ids;
using Linr.Memory;

namespace Linr.Index.Live;

/// <summary>Changes on their way into a table: the rows that they fill, and those that they leave.</summary>
/// <param name="table">The table.</param>
/// <param name="before">The view that they change.</param>
/// <param name="versions">The versions of items before them.</param>
/// <param name="made">The embeddings that a model made.</param>
internal sealed class ChangeSet(LiveTable table, TableView before, ItemVersions versions, MadeEmbeddings made)
{
    // Where the set has put an item, or NoRow where it has deleted it; and the highest version of its changes.
    private readonly Dictionary<ItemId, (uint Row, long? Version)> _now = [];
    private readonly Dictionary<uint, bool> _rows = [];

    /// <summary>Memory that readers of the view before may have.</summary>
    public List<NativeBuffer> Retired { get; } = [];

    /// <summary>Rows that become live, and rows that no longer are.</summary>
    public IEnumerable<(uint Row, bool IsLive)> Rows => _rows.Select(pair => (pair.Key, pair.Value));

    /// <summary>The items that were changed, and the version that they have where they are gone.</summary>
    public IEnumerable<(ItemId Id, long? Gone)> Items
        => _now.Select(pair => (pair.Key, pair.Value.Row == IdMap.NoRow ? pair.Value.Version : null));

    /// <summary>What was done.</summary>
    public ChangeResult Result { get; private set; }

    /// <summary>How many items more there are.</summary>
    public long CountChange { get; private set; }

    /// <summary>
    /// Refuses all changes if one is wrong; not for embeddings that an item lacks, where it need not be whole.
    /// </summary>
    /// <returns>[change]: whether it is stale.</returns>
    /// <exception cref="ItemException">All that is wrong.</exception>
    public bool[] Check(IReadOnlyList<ItemChange> changes, ItemCheck check, bool isWhole)
    {
        bool[] isStale = new bool[changes.Count];
        var problems = new List<string>();
        var known = new Dictionary<ItemId, (bool IsThere, long? Version)>();
        for (int i = 0; i < changes.Count; i++)
        {
            ItemChange change = changes[i];
            ArgumentNullException.ThrowIfNull(change);
            if (check.AddIdProblems(change.Id, rows: 0, problems))
            {
                continue;
            }

            check.AddProblems(change.Item, problems);
            if (!known.TryGetValue(change.Id, out (bool IsThere, long? Version) state))
            {
                (uint row, state.Version) = StateOf(change.Id);
                state.IsThere = row != IdMap.NoRow;
            }

            if (change.Version <= state.Version)
            {
                isStale[i] = true;
                continue;
            }

            bool isThere = state.IsThere;
            if (change.Kind == ChangeKind.Upsert && isWhole)
            {
                problems.AddRange(table.Table.Schema.Embeddings
                    .Where(embedding => !change.Item.Embeddings.ContainsKey(embedding.Name))
                    .Select(embedding => $"Item {change.Id}: embedding \"{embedding.Name}\": expected one; found none"));
            }
            else if (change.Kind == ChangeKind.Update && !isThere)
            {
                problems.Add($"Item {change.Id}: expected an item to update; found none");
            }

            known[change.Id] = (
                change.Kind != ChangeKind.Delete && (isThere || change.Kind == ChangeKind.Upsert),
                change.Version ?? state.Version);
        }

        return problems.Count == 0 ? isStale : throw new ItemException(problems);
    }

    /// <summary>Fills a row for a change, which has passed the check.</summary>
    /// <param name="change">The change.</param>
    /// <param name="origins">Those of its embeddings that were not given.</param>
    public void Apply(ItemChange change, EmbeddingOrigins origins)
    {
        (uint had, long? version) = StateOf(change.Id);
        if (change.Version <= version)
        {
            Result = Result with { Stale = Result.Stale + 1 };
            return;
        }

        version = change.Version ?? version;
        if (change.Kind == ChangeKind.Delete)
        {
            Result = had == IdMap.NoRow
                ? Result with { Missing = Result.Missing + 1 } : Result with { Deleted = Result.Deleted + 1 };
            _now[change.Id] = (IdMap.NoRow, version);
            Leave(had);
            return;
        }

        uint row = table.TakeRow();
        table.Table.Ids.Set(row, change.Id, Retired);
        FillFields(row, change, change.Kind == ChangeKind.Update ? had : IdMap.NoRow);
        FillEmbeddings(row, change, had, origins);
        versions.SetRow(row, version);
        Leave(had);
        table.Add(row);
        _rows[row] = true;
        _now[change.Id] = (row, version);
        CountChange++;
        Result = change.Kind == ChangeKind.Upsert
            ? Result with { Upserted = Result.Upserted + 1 } : Result with { Updated = Result.Updated + 1 };
    }

    /// <summary>Gives back the rows that it took: something went wrong, and no view will have them.</summary>
    public void Abandon()
    {
        foreach ((uint row, bool isLive) in _rows)
        {
            if (isLive)
            {
                table.GiveBack(row);
            }
        }
    }

    private (uint Row, long? Version) StateOf(ItemId id)
        => _now.TryGetValue(id, out (uint Row, long? Version) now) ? now
            : before.TryFind(id, out uint row) ? (row, versions.OfRow(row)) : (IdMap.NoRow, versions.OfGone(id));

    private void Leave(uint row)
    {
        if (row == IdMap.NoRow)
        {
            return;
        }

        CountChange--;
        ref bool isLive = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, row, out bool isOfSet);
        isLive = false;
        if (isOfSet)
        {
            // No view ever had it.
            _rows.Remove(row);
            table.GiveBack(row);
        }
    }

    private void FillFields(uint row, ItemChange change, uint from)
    {
        foreach (Column column in table.Table.Columns)
        {
            IReadOnlyList<Value> values = change.Item.Fields.TryGetValue(column.Field.Name, out IReadOnlyList<Value>? given)
                ? ItemCheck.Convert(column.Field, given)
                : from == IdMap.NoRow ? [] : column.Read(from);
            column.Set(row, values, Retired);
        }
    }

    private void FillEmbeddings(uint row, ItemChange change, uint had, EmbeddingOrigins origins)
    {
        for (int i = 0; i < table.Table.Embeddings.Count; i++)
        {
            EmbeddingColumn column = table.Table.Embeddings[i];
            string name = column.Schema.Name;
            if (origins.Kept?.Contains(name) is not true
                && change.Item.Embeddings.TryGetValue(name, out ReadOnlyMemory<float> embedding))
            {
                column.Set(row, embedding.Span, EmbeddingNorm.Of(embedding.Span));
                made.Set(i, row, origins.Made?.Contains(name) is true);
            }
            else
            {
                column.CopyRow(had, row);
                made.Set(i, row, made.Get(i, had));
            }
        }
    }
}
