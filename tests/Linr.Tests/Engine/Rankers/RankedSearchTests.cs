using System.Collections.Immutable;
using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Filters;

namespace Linr.Tests.Engine.Rankers;

/// <summary>Searches whose best candidates a ranker of the model file puts in order.</summary>
public sealed class RankedSearchTests : IDisposable
{
    private const int Count = 900;
    private static readonly RankerModel s_model = new(Count);

    private readonly TemporaryFolder _folder = new();
    private readonly Retriever _retriever;

    public RankedSearchTests()
    {
        s_model.Write(_folder.File("m"), codes: new EmbeddingCodes(64));
        _retriever = Retriever.Open(_folder.File("m"), new RetrieverOptions { Threads = 2 });
    }

    public void Dispose()
    {
        _retriever.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_best_candidates_are_put_in_the_order_of_their_values()
    {
        float[] query = s_model.Weights(RankerModel.Dim);
        SearchRequest request = Request(query) with { Filter = Filter.Parse("shop != 'shop 3'"), K = 20, Explain = true };
        SearchResponse found = _retriever.Search(request with { RankBy = new RankBy(RankerModel.Name, 60) });
        SearchResponse candidates = _retriever.Search(request with { K = 60 });
        double[] values = [.. candidates.Hits.Select(hit => Value(query, [], hit.Id, 2, 0.1))];
        ItemId[] expected =
            [.. candidates.Hits.Zip(values).OrderByDescending(pair => pair.Second).Take(20).Select(pair => pair.First.Id)];
        Assert.Equal(expected, found.Hits.Select(hit => hit.Id));
        foreach (Hit hit in found.Hits)
        {
            (double click, double rating) = s_model.Tasks(query, [], (int)hit.Id.Integer);
            Near(click, hit.Tasks["click"]);
            Near(rating, hit.Tasks["rating"]);
            Near((2 * click) + (0.1 * rating), hit.Score);
        }

        Assert.Equal(("rows -> 60 ranked by overarch", true, 60L), (found.Mode, found.Exact, found.RowsRanked));
        Assert.Equal((candidates.RowsPassed, null), (found.RowsPassed, candidates.RowsRanked));
        Assert.Empty(candidates.Hits[0].Tasks);
        Assert.Contains(
            found.Explanation!.Stages, stage => stage.Name == "rank" && stage.Detail == "60 candidates by overarch: 2 click + 0.1 rating");
        Assert.Equal(["embed", "filter", "scan", "rank", "fetch"], found.Stages.Select(stage => stage.Name));

        // The ranker's own number of candidates; all, where a threshold leaves fewer.
        Assert.Equal(50, _retriever.Search(request with { RankBy = new RankBy(RankerModel.Name) }).RowsRanked);
        Assert.Equal(70, _retriever.Search(request with { K = 70, RankBy = new RankBy(RankerModel.Name) }).RowsRanked);
        SearchResponse few = _retriever.Search(
            request with { ScoreMin = candidates.Hits[6].Score, RankBy = new RankBy(RankerModel.Name) });
        Assert.Equal(candidates.Hits.Take(7).Select(hit => hit.Id).Order(), few.Hits.Select(hit => hit.Id).Order());
        Assert.Empty(_retriever.Search(
            request with { Filter = Filter.Parse("shop = 'none'"), RankBy = new RankBy(RankerModel.Name) }).Hits);
    }

    [Fact]
    public void A_history_weighs_in()
    {
        // Items are the query by their mean direction, and the history, the latest last.
        ItemId[] items = [4, 9, 23, 57];
        double[] mean = new double[RankerModel.Dim];
        foreach (ItemId item in items)
        {
            float[] one = s_model.Embeddings[item.Integer];
            double norm = Math.Sqrt(one.Sum(value => (double)value * value));
            for (int d = 0; d < mean.Length; d++)
            {
                mean[d] += one[d] / norm / items.Length;
            }
        }

        float[] query = [.. mean.Select(value => (float)value)];
        SearchResponse found = _retriever.Search(
            new SearchRequest { Items = [.. items], K = 30, RankBy = new RankBy(RankerModel.Name, 30) });
        Assert.Equal(30, found.Hits.Count);
        Assert.DoesNotContain(found.Hits, hit => items.Contains(hit.Id));
        Assert.All(found.Hits, hit => Near(Value(query, [57, 23, 9, 4], hit.Id, 2, 0.1), hit.Score));
        Assert.Contains(found.Hits, hit => Math.Abs(Value(query, [], hit.Id, 2, 0.1) - hit.Score) > 0.01);
    }

    [Fact]
    public void A_request_may_weigh_the_tasks_otherwise()
    {
        float[] query = s_model.Weights(RankerModel.Dim);
        SearchRequest request = Request(query) with { K = 50 };
        Hit[] byClick = Ranked(("rating", 0));
        Assert.Equal(byClick.OrderByDescending(hit => hit.Tasks["click"]).Select(hit => hit.Id), byClick.Select(hit => hit.Id));
        Assert.All(byClick, hit => Near(2 * hit.Tasks["click"], hit.Score));
        Hit[] byRating = Ranked(("click", 0), ("rating", 1));
        Assert.Equal(byRating.OrderByDescending(hit => hit.Tasks["rating"]).Select(hit => hit.Id), byRating.Select(hit => hit.Id));
        Assert.NotEqual(byClick.Select(hit => hit.Id), byRating.Select(hit => hit.Id));

        // The worst first, and the weights between trade one for the other.
        Hit[] worst = Ranked(("click", 0), ("rating", -1));
        Assert.Equal(byRating.Select(hit => hit.Id).Reverse(), worst.Select(hit => hit.Id));
        double[] ratingOfTen =
        [
            .. new[] { 0, 0.3, 3, 30 }.Select(weight => Ranked(("click", 1), ("rating", weight)).Take(10).Average(hit => hit.Tasks["rating"])),
        ];
        Assert.Equal(ratingOfTen.Order(), ratingOfTen);
        Assert.True(ratingOfTen[^1] > ratingOfTen[0]);

        // Nothing to choose by: the order of ties.
        Assert.Equal(byClick.Select(hit => hit.Id).Order(), Ranked(("click", 0), ("rating", 0)).Select(hit => hit.Id));

        Hit[] Ranked(params (string Task, double Weight)[] weights) => [.. _retriever.Search(request with
        {
            RankBy = new RankBy(RankerModel.Name, 50) { Weights = weights.ToDictionary(one => one.Task, one => one.Weight) },
        }).Hits];
    }

    [Fact]
    public void Groups_are_capped_and_hits_diversified_once_they_are_ranked()
    {
        SearchRequest request = Request(s_model.Weights(RankerModel.Dim)) with { K = 12, RankBy = new RankBy(RankerModel.Name, 80) };
        HitList all = _retriever.Search(request with { K = 80 }).Hits;
        SearchResponse grouped = _retriever.Search(request with { GroupBy = new GroupBy("shop", 2) });
        Assert.Equal(80, grouped.RowsRanked);
        Assert.Equal(
            all.GroupBy(hit => hit.Id.Integer % 7).SelectMany(group => group.Take(2)).OrderByDescending(hit => hit.Score)
                .Take(12).Select(hit => (hit.Id, hit.Score)),
            grouped.Hits.Select(hit => (hit.Id, hit.Score)));

        SearchResponse relevant = _retriever.Search(request with { Diversity = new Diversity(1, 20) });
        Assert.Equal(all.Take(12).Select(hit => hit.Id), relevant.Hits.Select(hit => hit.Id));
        SearchResponse diverse = _retriever.Search(request with { Diversity = new Diversity(0.2f, 20) });
        Assert.Equal(all[0].Id, diverse.Hits[0].Id);
        Assert.NotEqual(all.Take(12).Select(hit => hit.Id), diverse.Hits.Select(hit => hit.Id));
        Assert.Subset(all.Take(20).Select(hit => hit.Id).ToHashSet(), diverse.Hits.Select(hit => hit.Id).ToHashSet());
        Assert.All(diverse.Hits, hit => Assert.Equal(2, hit.Tasks.Count));
    }

    [Fact]
    public void Candidates_come_from_wherever_the_search_finds_them()
    {
        SearchRequest request = Request(s_model.Weights(RankerModel.Dim)) with { K = 40 };
        SearchRequest ranked = request with { RankBy = new RankBy(RankerModel.Name, 40) };
        Check(request with { Similarity = "hadamard" }, "hadamard -> 40 ranked by overarch", exact: true);
        Check(
            request with { Similarity = "hadamard", FirstStage = 100 },
            "main -> 100 of 900 by hadamard -> 40 ranked by overarch", exact: false);
        Check(
            request with { Approximation = new Approximation { Rescores = false } },
            "sign-oporp(64) -> 40 ranked by overarch", exact: false);

        // The same bits, however it was found.
        Dictionary<ItemId, float> values = _retriever.Search(ranked).Hits.ToDictionary(hit => hit.Id, hit => hit.Score);
        Hit[] shared = [.. _retriever.Search(ranked with { Similarity = "hadamard", K = 300, RankBy = new RankBy(RankerModel.Name, 300) })
            .Hits.Where(hit => values.ContainsKey(hit.Id))];
        Assert.NotEmpty(shared);
        Assert.All(shared, hit => Assert.Equal(values[hit.Id], hit.Score));

        void Check(SearchRequest search, string mode, bool exact)
        {
            SearchResponse found = _retriever.Search(search with { RankBy = new RankBy(RankerModel.Name, 40) });
            Assert.Equal((mode, exact), (found.Mode, found.Exact));
            Assert.Equal(
                _retriever.Search(search).Hits.Select(hit => hit.Id).Order(), found.Hits.Select(hit => hit.Id).Order());
        }
    }

    [Fact]
    public async Task A_mixed_batch_gives_each_request_what_it_gets_alone()
    {
        SearchRequest[] requests =
        [
            .. Enumerable.Range(0, 24).Select(i => Request(s_model.Weights(RankerModel.Dim)) with
            {
                K = 3 + i,
                Filter = i % 4 == 0 ? Filter.Parse($"shop = 'shop {i % 7}'") : null,
                Similarity = i % 5 == 1 ? "hadamard" : null,
                GroupBy = i % 6 == 5 ? new GroupBy("shop") : null,
                RankBy = i % 3 == 0 ? null : new RankBy(RankerModel.Name, 30 + i)
                {
                    Weights = new Dictionary<string, double> { ["rating"] = i / 10.0 },
                },
            }),
        ];
        ImmutableArray<SearchResponse> batch = _retriever.SearchBatch(requests);
        using var batcher = new SearchBatcher(_retriever);
        SearchResponse[] queued = await Task.WhenAll(requests.Select(
            request => batcher.SearchAsync(request, cancellation: TestContext.Current.CancellationToken)));
        for (int i = 0; i < requests.Length; i++)
        {
            SearchResponse alone = _retriever.Search(requests[i]);
            foreach (SearchResponse other in (SearchResponse[])[batch[i], queued[i]])
            {
                Assert.Equal(alone.Hits.Select(hit => (hit.Id, hit.Score)), other.Hits.Select(hit => (hit.Id, hit.Score)));
                Assert.Equal((alone.Mode, alone.Exact, alone.RowsRanked), (other.Mode, other.Exact, other.RowsRanked));
            }
        }
    }

    [Fact]
    public void Requests_that_it_cannot_answer_are_refused()
    {
        SearchRequest request = Request(s_model.Weights(RankerModel.Dim)) with { RankBy = new RankBy(RankerModel.Name) };
        Refuse(
            request with { RankBy = new RankBy("other") },
            "RankBy.Name: expected one of the model's rankers (overarch); found \"other\".");
        Refuse(
            request with { RankBy = new RankBy(RankerModel.Name, 9) },
            "RankBy.Candidates: expected K = 10 to 65536; found 9.");
        Refuse(
            request with { RankBy = new RankBy(RankerModel.Name, Limits.RankedMax + 1) }, "RankBy.Candidates: expected");
        Refuse(
            Weighing("share", 1), "RankBy.Weights: expected tasks of \"overarch\" (click, rating); found \"share\".");
        Refuse(
            Weighing("click", double.NaN), "RankBy.Weights: expected a finite weight of \"click\"; found NaN.");
        Refuse(
            request with { Embeddings = [new EmbeddingQuery("main.hadamard", new float[3])] },
            "RankBy: expected a query of the embedding \"main\" for \"overarch\"; found \"main.hadamard\".");
        Refuse(
            request with { CheckExact = true, Approximation = new Approximation { Rescores = false } },
            "CheckExact: expected hits in the order of their scores");

        SearchRequest Weighing(string task, double weight) => request with
        {
            RankBy = new RankBy(RankerModel.Name) { Weights = new Dictionary<string, double> { [task] = weight } },
        };

        void Refuse(SearchRequest wrong, string part) => Assert.Contains(
            part, Assert.Throws<ArgumentException>(() => _retriever.Search(wrong)).Message, StringComparison.Ordinal);
    }

    private static double Value(float[] query, int[] history, ItemId item, double click, double rating)
    {
        (double own, double other) = s_model.Tasks(query, history, (int)item.Integer);
        return (click * own) + (rating * other);
    }

    private static void Near(double expected, double found) => Assert.Equal(expected, found, 1e-5 * (1 + Math.Abs(expected)));

    private static SearchRequest Request(float[] query)
        => new() { Embeddings = [new EmbeddingQuery("main", query)] };
}
