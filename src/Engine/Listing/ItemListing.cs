using System.Collections.Immutable;
using System.Numerics;
using Linr.Engine.Requests;
using Linr.Filters;
using Linr.Index;
using Linr.Index.Columns;
using Linr.Index.Embeddings;
using Linr.Index.Live;
using Linr.Kernels.Scan;

namespace Linr.Engine.Listing;

/// <summary>
/// Items without a query: how many pass a filter, those of some ids, all of them page by page. Each answer is of one
/// state. Nothing is kept between answers.
/// </summary>
/// <param name="table">The items.</param>
/// <param name="live">What changes them; null where they never change.</param>
/// <param name="workers">Threads that help; null for none.</param>
internal sealed class ItemListing(ItemTable table, LiveTable? live, ScanWorkers? workers)
{
    private readonly PassingRows _rows = new(table, workers);

    /// <summary>How many items pass.</summary>
    public ItemCount Count(PreparedFilter? filter, FilterParameters? parameters, CancellationToken cancellation)
    {
        using TableView? view = live?.Read();
        long items = view?.Count ?? table.Rows;
        if (filter is null)
        {
            return new ItemCount(items, items);
        }

        long passed = 0;
        _rows.Run(view, filter, parameters, (_, _, mask) => Interlocked.Add(ref passed, CountOf(mask)), cancellation);
        return new ItemCount(passed, items);
    }

    /// <summary>The items of some ids.</summary>
    public FoundItems Get(IReadOnlyList<ItemId> ids, IEnumerable<string>? fields, bool withEmbeddings)
    {
        ListingCheck.ThrowIfWrong(ids, fields, table.Schema);
        using TableView? view = live?.Read();
        var rows = ItemRows.Find(table, view, [.. ids]);
        return new FoundItems(Read(rows.Rows.AsSpan(), fields, withEmbeddings), rows.UnknownIds);
    }

    /// <summary>A page of the items that pass.</summary>
    public ScrollPage Scroll(ScrollRequest request, CancellationToken cancellation)
    {
        ListingCheck.ThrowIfWrong(request, table.Schema);
        PreparedFilter? filter = request.PreparedFilter
            ?? (request.Filter is { } given ? PreparedFilter.Prepare(given, table.Schema) : null);
        using TableView? view = live?.Read();

        // One more than the page holds tells whether another follows.
        var found = new SmallestRows?[_rows.WorkerCount];
        _rows.Run(
            view,
            filter,
            request.Parameters,
            (worker, block, mask) =>
            {
                SmallestRows own = found[worker] ??= new SmallestRows(table.Ids, request.Limit + 1, request.After);
                own.Add((uint)block * Limits.BlockRows, mask);
            },
            cancellation);
        SmallestRows? all = null;
        foreach (SmallestRows part in found.OfType<SmallestRows>())
        {
            all?.Add(part);
            all ??= part;
        }

        ReadOnlySpan<uint> rows = all is null ? [] : all.Sorted();
        bool isLast = rows.Length <= request.Limit;
        rows = rows[..Math.Min(rows.Length, request.Limit)];
        ImmutableArray<Item> items = Read(rows, request.Fields, request.WithEmbeddings);
        return new ScrollPage(items, isLast ? default(ItemId?) : items[^1].Id);
    }

    private static long CountOf(ReadOnlySpan<ulong> mask)
    {
        long count = 0;
        foreach (ulong word in mask)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    private ImmutableArray<Item> Read(ReadOnlySpan<uint> rows, IEnumerable<string>? fields, bool withEmbeddings)
    {
        IReadOnlyList<Column> columns = fields is null
            ? table.Columns : [.. fields.Distinct().Select(field => table.FindColumn(field)!)];
        IReadOnlyList<EmbeddingColumn> embeddings = withEmbeddings ? table.Embeddings : [];
        var items = ImmutableArray.CreateBuilder<Item>(rows.Length);
        foreach (uint row in rows)
        {
            items.Add(table.ReadItem(row, columns, embeddings));
        }

        return items.MoveToImmutable();
    }
}
