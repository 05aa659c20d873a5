using Linr.Engine.Requests;
using Linr.Engine.Scan;
using Linr.Index;

namespace Linr.Tests.Engine;

public class SearcherPoolTests
{
    [Fact]
    public void Callers_wait_for_a_backend_and_may_give_up()
    {
        using ItemTable table = new RandomItems(10, 1).ToTable();
        int made = 0;
        using var pool = new SearcherPool(new TableScan(table), Make, backendsMax: 2);
        RentedSearcher first = Rent(pool, "main");
        RentedSearcher second = Rent(pool, "side");
        Assert.Throws<OperationCanceledException>(() => Rent(pool, "main", new CancellationToken(true)));

        second.Dispose();
        Assert.Throws<ObjectDisposedException>(() => second.Searcher.Engine);
        RentedSearcher third = Rent(pool, "main");
        Assert.NotSame(first.Searcher, third.Searcher);
        Assert.Equal(2, made);
        third.Searcher.Begin(1);
        third.Searcher.Search(3);
        Assert.Equal(3, third.Searcher.Hits(0).Length);
        third.Dispose();
        first.Dispose();
        using RentedSearcher again = Rent(pool, "main");
        Assert.Same(first.Searcher, again.Searcher);

        CpuBackend Make()
        {
            made++;
            return new CpuBackend(null);
        }
    }

    [Fact]
    public void A_backend_that_cannot_be_made_leaves_its_place_free()
    {
        using ItemTable table = new RandomItems(10, 1).ToTable();
        bool fails = true;
        using var pool = new SearcherPool(
            new TableScan(table), () => fails ? throw new IOException() : new CpuBackend(null), backendsMax: 1);
        Assert.Throws<IOException>(() => Rent(pool, "main"));
        fails = false;
        Rent(pool, "main").Dispose();
    }

    private static RentedSearcher Rent(SearcherPool pool, string embedding, CancellationToken cancellation = default)
        => pool.Rent(new ScanShape(embedding, GroupBy: null, Approximation: null), ScoreSource.Rows, cancellation);
}
