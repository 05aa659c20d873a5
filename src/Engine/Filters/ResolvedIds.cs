using System.Runtime.CompilerServices;
using Linr.Filters;
using Linr.Index;
using Linr.Index.Ids;
using Linr.Index.Live;

namespace Linr.Engine.Filters;

/// <summary>
/// The rows of a constant id list: found once for a prepared filter and a version of a table, and kept for as long as
/// both live.
/// </summary>
internal sealed class ResolvedIds
{
    /// <summary>Shorter lists are looked up at each search: that costs no more than finding the kept rows.</summary>
    public const int CountMin = 64;

    private static readonly ConditionalWeakTable<ItemTable, ConditionalWeakTable<PreparedIds, ResolvedIds>> s_byTable = [];

    private readonly long _version;
    private readonly uint[] _rows;

    private ResolvedIds(IdList ids, ItemTable table, TableView? view)
    {
        _version = view?.Version ?? 0;
        _rows = new uint[ids.Count];
        _ = Find(ids, table, view, _rows);
    }

    /// <summary>The rows; <see cref="uint.MaxValue"/> for an id that no item has.</summary>
    public ReadOnlySpan<uint> Rows => _rows;

    /// <summary>The rows of a clause's literals in a table, or in a view of a live one. Safe for concurrent use.</summary>
    public static ResolvedIds Of(PreparedIds clause, ItemTable table, TableView? view)
    {
        ConditionalWeakTable<PreparedIds, ResolvedIds> ofTable = s_byTable.GetOrCreateValue(table);
        if (!ofTable.TryGetValue(clause, out ResolvedIds? resolved) || resolved._version != (view?.Version ?? 0))
        {
            resolved = new ResolvedIds(clause.Literals, table, view);
            ofTable.AddOrUpdate(clause, resolved);
        }

        return resolved;
    }

    /// <summary>Looks a list up, in whichever form it is.</summary>
    /// <returns>How many were found.</returns>
    public static int Find(in IdList ids, ItemTable table, TableView? view, Span<uint> rows)
    {
        int found = Find(ids, table.IdMap, rows);
        return view is null ? found : view.Refine(At(ids), rows);
    }

    private static Func<int, ItemId> At(IdList ids)
        => ids.Integers.Length > 0 ? i => new ItemId(ids.Integers.Span[i])
            : ids.Guids.Length > 0 ? i => new ItemId(ids.Guids.Span[i])
            : ids.Texts.Length > 0 ? i => new ItemId(ids.Texts.Span[i])
            : i => ids.Ids.Span[i];

    private static int Find(in IdList ids, IdMap map, Span<uint> rows)
        => ids.Integers.Length > 0 ? map.Find(ids.Integers.Span, rows)
            : ids.Guids.Length > 0 ? map.Find(ids.Guids.Span, rows)
            : ids.Texts.Length > 0 ? map.Find(ids.Texts.Span, rows)
            : map.Find(ids.Ids.Span, rows);
}
