using System.Collections.Immutable;
using Linr.Index;
using Linr.Index.Live;

namespace Linr.Engine.Requests;

/// <summary>The rows of a request's ids, in the order given; unknown ids apart.</summary>
internal readonly record struct ItemRows(ImmutableArray<uint> Rows, ImmutableArray<ItemId> UnknownIds)
{
    /// <summary>Of a request that names no items.</summary>
    public static ItemRows None { get; } = new([], []);

    /// <summary>Of the items that a request names, or of its history.</summary>
    public static ItemRows Find(ItemTable table, TableView? view, SearchRequest request)
        => Find(table, view, request.Items.Length > 0 ? request.Items : request.History);

    /// <summary>Of a table, or of a live one as a view has it.</summary>
    public static ItemRows Find(ItemTable table, TableView? view, ImmutableArray<ItemId> ids)
    {
        var rows = ImmutableArray.CreateBuilder<uint>(ids.Length);
        var unknown = ImmutableArray.CreateBuilder<ItemId>();
        foreach (ItemId id in ids)
        {
            if (view is null ? table.IdMap.TryFind(id, out uint row) : view.TryFind(id, out row))
            {
                rows.Add(row);
            }
            else
            {
                unknown.Add(id);
            }
        }

        return new ItemRows(rows.ToImmutable(), unknown.ToImmutable());
    }
}
