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
        RowSearcher first = pool.Rent("main", ["main"], CancellationToken.None);
        RowSearcher second = pool.Rent("side", ["side"], CancellationToken.None);
        Assert.Throws<OperationCanceledException>(() => pool.Rent("main", ["main"], new CancellationToken(true)));

        pool.Return("side", second);
        Assert.Throws<ObjectDisposedException>(() => second.Engine);
        RowSearcher third = pool.Rent("main", ["main"], CancellationToken.None);
        Assert.NotSame(first, third);
        Assert.Equal(2, made);
        third.Begin(1);
        third.Search(3);
        Assert.Equal(3, third.Hits(0).Length);
        pool.Return("main", third);
        pool.Return("main", first);
        Assert.Same(first, pool.Rent("main", ["main"], CancellationToken.None));
        pool.Return("main", first);

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
        Assert.Throws<IOException>(() => pool.Rent("main", ["main"], CancellationToken.None));
        fails = false;
        pool.Return("main", pool.Rent("main", ["main"], CancellationToken.None));
    }
}
