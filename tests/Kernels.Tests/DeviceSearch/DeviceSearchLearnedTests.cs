using Linr.Kernels.Scan;
using Linr.Kernels.Similarities;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;
using Linr.Kernels.Tests.SimilarityScan;

namespace Linr.Kernels.Tests.DeviceSearches;

/// <summary>Searches by learned similarities against the processor's: the same bits.</summary>
public sealed class DeviceSearchLearnedTests(CudaMachine machine) : CudaTest(machine)
{
    private static readonly MixtureShape s_shape = new(4, 2, 16, 0.2f);
    private static readonly int[] s_notThere = [2];
    private static readonly int[] s_wholeNumbers = [1];

    [Theory]
    [InlineData(CudaElement.Float32)]
    [InlineData(CudaElement.Float16)]
    [InlineData(CudaElement.BFloat16)]
    public void A_network_gives_the_processors_answers(CudaElement element)
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        foreach ((int rows, int width, int hidden, int queries, int k) in ((int, int, int, int, int)[])
            [(1, 8, 3, 1, 3), (700, 50, 10, 5, 20), (300, 13, 17, 2, 300), (1_500, 65, 4, 1, 7), (90, 50, 10, 40, 4)])
        {
            using SearchCase one = new(
                Context, Stream, rows, width, element, ScanMetric.Dot, RandomRows.Normal(width));
            using CudaSimilarity network = new(Context, RandomSimilarity.Hadamard(new Random(hidden), width, hidden));
            one.CheckLearned(search, workspace, Network(one, network, queries, k));
        }
    }

    [Theory]
    [InlineData(0.9, 0)]
    [InlineData(0.3, 0)]
    [InlineData(0.02, 0)]
    [InlineData(0.02, 1_000)]
    [InlineData(0, 0)]
    public void Filters_live_rows_limits_and_groups_hold(double share, int directRows)
    {
        using DeviceSearch search = new(Context) { PartRows = 64, DirectRowsMax = directRows };
        using DeviceSearchWorkspace workspace = new(Context);
        var random = new Random(3);
        HashSet<long> passing = [.. Enumerable.Range(0, 1_300).Where(_ => random.NextDouble() < share)];
        long[] order = [.. Enumerable.Range(0, 1_300).Select(row => row * 7L % 1_300)];
        using SearchCase one = new(
            Context,
            Stream,
            1_300,
            12,
            CudaElement.Float16,
            ScanMetric.Dot,
            RandomRows.Normal(6),
            row => row % 5 > 0,
            order);
        one.AddCodes(row => (uint)(row % 11));
        using CudaSimilarity network = new(Context, RandomSimilarity.Hadamard(random, 12, 6));
        DeviceSearchRequest request = Network(one, network, 4, 15);
        request.Filters = new DeviceFilter?[] { one.Rows(passing.Contains), null, one.Rows(row => row % 2 == 1), null };
        one.CheckLearned(search, workspace, request);
        request.ScoreMin = new float[] { 0.5f, float.NegativeInfinity, 1, 100 };
        one.CheckLearned(search, workspace, request);
        request.GroupColumn = 0;
        request.GroupCap = 1;
        one.CheckLearned(search, workspace, request);
    }

    [Theory]
    [InlineData(CudaElement.Float16, 0.01f)]
    [InlineData(CudaElement.Float16, 8f)]
    [InlineData(CudaElement.Float32, 0.5f)]
    [InlineData(CudaElement.BFloat16, 0.5f)]
    public void A_mixture_is_exact_whether_its_bound_is_tight_or_loose(CudaElement element, float gate)
    {
        const int rows = 1_200;
        using DeviceSearch search = new(Context) { PartRows = 128 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Mixtures(rows, s_shape, element);
        using CudaSimilarity mixture = new(Context, RandomSimilarity.Mixture(new Random(5), s_shape, hidden: 8, gate));
        DeviceSearchRequest request = Mixture(one, mixture, 3, 10);
        one.CheckLearned(search, workspace, request);
        double share = workspace.Counters.RowsGated / (3.0 * rows);
        Assert.InRange(share, gate > 1 ? 0.5 : 1e-3, gate > 1 ? 1 : 0.999);
        Assert.InRange(workspace.Counters.RowsScored / (3.0 * rows), 1e-3, gate > 1 ? 0.2 : share);
        request.Filters = new DeviceFilter?[] { one.Rows(row => row % 3 > 0), null, one.Rows(row => row % 40 == 1) };
        request.ScoreMin = new float[] { float.NegativeInfinity, 0.1f, float.NegativeInfinity };
        one.CheckLearned(search, workspace, request);
        one.AddCodes(row => (uint)(row % 30));
        request = Mixture(one, mixture, 2, 20);
        request.GroupColumn = 0;
        one.CheckLearned(search, workspace, request);
    }

    [Theory]
    [InlineData(8, 4, 64, 128)]
    [InlineData(3, 3, 24, 5)]
    [InlineData(17, 1, 5, 40)]
    public void Mixtures_of_all_shapes(int queryComponents, int itemComponents, int dim, int hidden)
    {
        MixtureShape shape = new(queryComponents, itemComponents, dim, 0.05f);
        using DeviceSearch search = new(Context) { PartRows = 64 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Mixtures(150, shape, CudaElement.Float16);
        using CudaSimilarity mixture = new(Context, RandomSimilarity.Mixture(new Random(5), shape, hidden, gate: 0.5f));
        one.CheckLearned(search, workspace, Mixture(one, mixture, 2, 10));
    }

    [Fact]
    public void A_first_stages_rows_are_scored_on_the_device()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Mixtures(900, s_shape, CudaElement.Float16);
        one.AddCodes(row => (uint)(row % 9));
        using CudaSimilarity mixture = new(
            Context, RandomSimilarity.Mixture(new Random(5), s_shape, hidden: 8, gate: 0.5f));
        DeviceSearchRequest request = Mixture(one, mixture, 3, 10);
        request.Embedding = 2;
        request.Queries = SearchCase.Vectors(3, 8);
        request.Learned!.FirstStage = 60;
        one.CheckLearned(search, workspace, request);
        request.Filters = new DeviceFilter?[] { null, one.Rows(row => row % 40 == 1), one.Rows(_ => false) };
        one.CheckLearned(search, workspace, request);
        request.ScoreMin = new float[] { 0.2f, float.NegativeInfinity, 0 };
        request.GroupColumn = 0;
        request.GroupCap = 2;
        one.CheckLearned(search, workspace, request);
        request.Learned.FirstStage = 3; // fewer than are wanted
        one.CheckLearned(search, workspace, request);
    }

    [Fact]
    public void Lists_that_are_too_short_lose_no_row()
    {
        using DeviceSearch search = new(Context) { PartRows = 64, SurvivorsMax = 32, DirectRowsMax = 0 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase equal = new(
            Context, Stream, 900, 8, CudaElement.Float16, ScanMetric.Dot, (row, values) => values.Fill(row % 3));
        using CudaSimilarity network = new(Context, RandomSimilarity.Hadamard(new Random(2), 8, 10));
        equal.CheckLearned(search, workspace, Network(equal, network, 2, 16));
        Assert.True(workspace.Counters.Repeats > 0);
        using SearchCase one = Mixtures(900, s_shape, CudaElement.Float16, (_, values) => values.Fill(0.25f));
        using CudaSimilarity mixture = new(
            Context, RandomSimilarity.Mixture(new Random(5), s_shape, hidden: 8, gate: 0.5f));
        one.CheckLearned(search, workspace, Mixture(one, mixture, 2, 16));
    }

    [Fact]
    public void A_batch_takes_several_launches()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 200, 8, CudaElement.Float16, ScanMetric.Dot, RandomRows.Normal(6));
        using CudaSimilarity network = new(Context, RandomSimilarity.Hadamard(new Random(2), 8, 3));
        one.CheckLearned(search, workspace, Network(one, network, 130, 5));
        Assert.Equal(1, workspace.Counters.Passes);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 100, 16, CudaElement.Float16, ScanMetric.Dot, RandomRows.Normal(6));
        one.AddEmbedding(16, CudaElement.Int8, ScanMetric.Dot, RandomRows.Normal(7));
        using CudaSimilarity network = new(Context, RandomSimilarity.Hadamard(new Random(2), 16, 3));
        using CudaSimilarity narrow = new(Context, RandomSimilarity.Hadamard(new Random(2), 8, 3));
        Refused(request => request.Learned!.Similarity = narrow, "of 8 numbers; found 16");
        Refused(request => request.Learned!.Halves = s_notThere, "Halves");
        Refused(request => request.Learned!.Halves = s_wholeNumbers, "its halves are Int8");
        Refused(request => request.Learned!.Queries = new float[3], "expected 2 x 16 numbers; found 3");
        Refused(request => request.Learned!.FirstStage = -1, "FirstStage");
        float[] infinite = [.. Enumerable.Repeat(float.PositiveInfinity, 32)];
        Refused(request => request.Learned!.Queries = infinite, "finite");

        void Refused(Action<DeviceSearchRequest> change, string reason)
        {
            DeviceSearchRequest request = Network(one, network, 2, 5);
            change(request);
            ArgumentException problem = Assert.ThrowsAny<ArgumentException>(() => search.Search(request, workspace));
            Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
        }
    }

    private static DeviceSearchRequest Network(SearchCase one, CudaSimilarity network, int queryCount, int k)
    {
        int width = network.Similarity.QueryWidth;
        DeviceSearchRequest request = one.Request(queryCount, k, (_, _) => { });
        request.Queries = default;
        request.Learned = new LearnedRequest
        {
            Similarity = network,
            Halves = new int[] { 0 },
            Queries = RandomSimilarity.Weights(new Random(4), queryCount * width, 1),
        };
        return request;
    }

    private static DeviceSearchRequest Mixture(SearchCase one, CudaSimilarity mixture, int queryCount, int k)
    {
        DeviceSearchRequest request = Network(one, mixture, queryCount, k);
        var of = (MixtureOfLogits)mixture.Similarity;
        float[] queries = request.Learned!.Queries.ToArray();
        for (int query = 0; query < queryCount; query++)
        {
            RandomSimilarity.Normalise(
                queries.AsSpan(query * of.QueryWidth, of.Shape.QueryComponents * of.Shape.Dim), of.Shape.Dim);
        }

        request.Learned.Halves = new int[] { 0, 1 };
        request.Learned.Queries = queries;
        return request;
    }

    /// <summary>Items' components, their parts of the gate, and an embedding for a first stage.</summary>
    private SearchCase Mixtures(
        int rows, MixtureShape shape, CudaElement element, Action<long, Span<float>>? fill = null)
    {
        SearchCase one = new(
            Context, Stream, rows, shape.ItemComponents * shape.Dim, element, ScanMetric.Dot, fill ?? ((row, values) =>
            {
                RandomRows.Normal(9)(row, values);
                RandomSimilarity.Normalise(values, shape.Dim);
            }));
        one.AddEmbedding(shape.Pairs, CudaElement.Float32, ScanMetric.Dot, fill ?? RandomRows.Normal(2));
        one.AddEmbedding(8, CudaElement.Float16, ScanMetric.Cosine, RandomRows.Normal(3));
        return one;
    }
}
