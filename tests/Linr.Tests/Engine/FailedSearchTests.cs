using Linr.Engine;
using Linr.Filters;
using Linr.Memory;

namespace Linr.Tests.Engine;

[Collection(Alone.Name)]
public sealed class FailedSearchTests
{
    [Fact]
    public void A_search_that_throws_gives_its_memory_back()
    {
        using Retriever retriever = new RandomItems(3_000, seed: 3).ToRetriever(threads: 2);
        var request = new SearchRequest { Embeddings = [new EmbeddingQuery("main", new float[RandomItems.Dim])], K = 10 };
        retriever.Search(request);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        long before = NativeBuffer.LiveCount;
        for (int i = 0; i < 5; i++)
        {
            Assert.Throws<FilterException>(() => retriever.Search(request with { Filter = Filter.Parse("size > @least") }));
            Assert.Throws<OperationCanceledException>(() => retriever.Search(request, cancelled.Token));
        }

        Assert.Equal(10, retriever.Search(request).Hits.Count);
        Assert.Equal(before, NativeBuffer.LiveCount);
    }
}
