using System.Runtime.InteropServices;
using Linr.Cuda;
using Linr.Kernels.Scan;
using Linr.Kernels.Similarities;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.DeviceSearches;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.SimilarityScan;

/// <summary>The second estimate of a mixture: no canonical logit is further from it than it says.</summary>
public sealed class MixtureGateTests(CudaMachine machine) : CudaTest(machine)
{
    private const int Rows = 180;
    private const int Queries = 2;

    /// <summary>What weights, gates and components may be like.</summary>
    public enum Kind
    {
        Usual,
        EvenGate,
        LargeLogits,
        LargeWeights,
        SaturatedGates,
        DeadComponents,
        OneSidedRoundings,
        ClosedHidden,
        TooLargeForHalves,
    }

    public static TheoryData<Kind, int, int, int> Cases()
    {
        TheoryData<Kind, int, int, int> cases = [];
        foreach (Kind kind in Enum.GetValues<Kind>())
        {
            cases.Add(kind, 8, 4, 128);
            cases.Add(kind, 3, 3, 7);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Canonical_logits_are_within_the_error(Kind kind, int queryComponents, int itemComponents, int hidden)
    {
        const int dim = 16;
        MixtureShape shape = new(queryComponents, itemComponents, dim, kind == Kind.LargeLogits ? 0.002f : 0.05f);
        var random = new Random(7);
        MixtureOfLogits mixture = Make(kind, random, shape, hidden);
        using CudaSimilarity similarity = new(Context, mixture);
        using SearchCase one = new(
            Context, Stream, Rows, itemComponents * dim, CudaElement.Float16, ScanMetric.Dot, (row, values) =>
            {
                RandomRows.Normal(9)(row, values);
                RandomSimilarity.Normalise(values, dim);
                if (kind == Kind.DeadComponents)
                {
                    values[..(int)(row % values.Length)].Clear();
                }

                if (kind == Kind.OneSidedRoundings)
                {
                    values.Fill(0.25f + (row / 4096f));
                }
            });
        one.AddEmbedding(shape.Pairs, CudaElement.Float32, ScanMetric.Dot, (row, values) =>
        {
            RandomRows.Normal(2)(row, values);
            foreach (ref float value in values)
            {
                value *= kind == Kind.SaturatedGates ? 30 : 1;
            }
        });
        float[] queries = RandomSimilarity.Weights(random, Queries * mixture.QueryWidth, 1);
        for (int query = 0; query < Queries; query++)
        {
            RandomSimilarity.Normalise(queries.AsSpan(query * mixture.QueryWidth, queryComponents * dim), dim);
            if (kind == Kind.OneSidedRoundings)
            {
                queries.AsSpan(query * mixture.QueryWidth, queryComponents * dim).Fill(0.2501f);
            }
        }

        Dictionary<uint, float>[] logits = Logits(one, similarity, queries);
        (float[] mixtures, float[] errors) = Estimates(one, similarity, queries);
        int known = 0;
        for (int i = 0; i < mixtures.Length; i++)
        {
            bool isKnown = float.IsFinite(mixtures[i] + errors[i]);
            if (!isKnown || !logits[i / Rows].TryGetValue((uint)(i % Rows), out float logit))
            {
                continue;
            }

            known++;
            Assert.InRange(logit, mixtures[i] - errors[i], mixtures[i] + errors[i]);
        }

        // It says something, and of usual weights much, but where halves do not reach.
        Assert.True(kind == Kind.LargeWeights || known == (kind == Kind.TooLargeForHalves ? 0 : mixtures.Length));
        if (kind is Kind.Usual or Kind.EvenGate or Kind.DeadComponents)
        {
            Assert.InRange(errors.Order().ElementAt(errors.Length / 2), 1e-3f, kind == Kind.EvenGate ? 0.1f : 0.6f);
        }
    }

    [Fact]
    public void No_singular_value_is_above_the_bound()
    {
        var random = new Random(3);
        foreach ((int rows, int columns) in ((int, int)[])[(128, 32), (5, 8), (1, 1)])
        {
            float[] weights = RandomSimilarity.Weights(random, rows * columns, 0.3f);
            double bound = MixtureGate.SpectralNorm(weights, rows, columns);
            double[] x = [.. Enumerable.Range(0, columns).Select(_ => random.NextDouble())];
            double growth = 0;
            for (int step = 0; step < 200; step++)
            {
                double[] y = new double[rows];
                double[] back = new double[columns];
                for (int i = 0; i < rows * columns; i++)
                {
                    y[i / columns] += weights[i] * x[i % columns];
                }

                for (int i = 0; i < rows * columns; i++)
                {
                    back[i % columns] += weights[i] * y[i / columns];
                }

                double norm = Math.Sqrt(back.Sum(value => value * value));
                growth = Math.Sqrt(norm);
                x = [.. back.Select(value => value / norm)];
            }

            Assert.InRange(bound, growth, 1.25 * growth);
        }

        Assert.Equal(0, MixtureGate.SpectralNorm(new float[6], 2, 3));
    }

    private static MixtureOfLogits Make(Kind kind, Random random, MixtureShape shape, int hidden)
    {
        float inner = kind switch
        {
            Kind.LargeWeights => 20, // gates may be off by so much that nothing is known
            Kind.TooLargeForHalves => 3e5f,
            _ => 0.3f,
        };
        float outer = kind switch
        {
            Kind.EvenGate => 0.005f,
            Kind.LargeWeights => 5,
            _ => 0.05f,
        };
        float[] innerWeights = RandomSimilarity.Weights(random, hidden * shape.Pairs, inner);
        float[] innerBias = RandomSimilarity.Weights(random, hidden, kind == Kind.ClosedHidden ? 1 : 0.3f);
        float[] outerWeights = RandomSimilarity.Weights(random, hidden * shape.Pairs, outer);
        if (kind == Kind.OneSidedRoundings)
        {
            // Halves below are a half unit less: every product is off the same way.
            Array.Fill(innerWeights, 0.0625f * (1 + (0.99f / 2048)));
            Array.Fill(outerWeights, 0.0625f * (1 + (0.99f / 2048)));
            for (int i = 0; i < outerWeights.Length / 2; i++)
            {
                outerWeights[i] = -outerWeights[i];
            }
        }

        if (kind == Kind.ClosedHidden)
        {
            innerBias = [.. innerBias.Select(value => value - 200)];
        }

        float gateSize = kind == Kind.SaturatedGates ? 80 : 0.3f;
        return new MixtureOfLogits(
            shape, innerWeights, innerBias, outerWeights, RandomSimilarity.Weights(random, shape.Pairs, gateSize));
    }

    /// <summary>Every row's canonical logit.</summary>
    private Dictionary<uint, float>[] Logits(SearchCase one, CudaSimilarity similarity, float[] queries)
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        DeviceSearchRequest request = one.Request(Queries, Rows, (_, _) => { });
        request.Queries = default;
        request.Learned = new LearnedRequest { Similarity = similarity, Halves = new int[] { 0, 1 }, Queries = queries };
        search.Search(request, workspace, TestContext.Current.CancellationToken);
        return
        [
            .. Enumerable.Range(0, Queries).Select(
                query => workspace.Hits(query).ToArray().ToDictionary(hit => hit.Row, hit => hit.Score)),
        ];
    }

    /// <summary>[query][row]: what the estimate makes of products as the scan has them.</summary>
    private (float[] Mixtures, float[] Errors) Estimates(SearchCase one, CudaSimilarity similarity, float[] queries)
    {
        var mixture = (MixtureOfLogits)similarity.Similarity;
        MixtureShape shape = mixture.Shape;
        CudaEmbedding vectors = one.Table.Embeddings[0];
        SimilarityLayout layout = new(similarity, vectors.Element);
        SimilarityQueries packing = new(similarity, vectors.Element);
        float[] prepared = new float[queries.Length];
        packing.Prepare(queries, prepared);
        Half[] rows = MemoryMarshal.Cast<byte, Half>(ToHost(vectors.Rows)).ToArray();
        int rowHalves = vectors.RowBytes / 2;
        float[] numbers = new float[Queries * layout.NumberCount];
        var logits = new Half[Queries * Rows * MixtureGate.Positions];
        byte[] packed = new byte[layout.QueryBytes];
        for (int query = 0; query < Queries; query++)
        {
            packing.Pack(
                prepared.AsSpan(query * mixture.QueryWidth, mixture.QueryWidth),
                vectors.NormMax,
                one.Table.Embeddings[1].NormMax,
                packed);
            Span<Half> columns = MemoryMarshal.Cast<byte, Half>(packed.AsSpan());
            MemoryMarshal.Cast<byte, float>(packed.AsSpan(layout.Columns * layout.ColumnBytes))[..layout.NumberCount]
                .CopyTo(numbers.AsSpan(query * layout.NumberCount));
            for (int row = 0; row < Rows; row++)
            {
                for (int pair = 0; pair < shape.Pairs; pair++)
                {
                    (int own, int other) = Math.DivRem(pair, shape.ItemComponents);
                    float sum = 0;
                    for (int d = 0; d < shape.Dim; d++)
                    {
                        sum += (float)columns[(own * layout.ColumnBytes / 2) + d]
                            * (float)rows[(row * rowHalves) + (other * shape.Dim) + d];
                    }

                    logits[(((query * Rows) + row) * MixtureGate.Positions) + MixtureGate.PositionOf(shape, pair)] = (Half)sum;
                }
            }
        }

        int count = Queries * Rows;
        using DeviceBuffer<CudaSimilarityTable> of =
            OnDevice(CudaSimilarityTable.Of(similarity, one.Table, new int[] { 0, 1 }));
        using DeviceBuffer<float> ofQueries = OnDevice<float>(numbers);
        using DeviceBuffer<Half> ofRows = OnDevice<Half>(logits);
        using DeviceBuffer<ulong> words = OnDevice<ulong>([.. Enumerable.Range(0, count).Select(i => (ulong)(i % Rows))]);
        using DeviceBuffer<uint> whose = OnDevice<uint>([.. Enumerable.Range(0, count).Select(i => (uint)(i / Rows))]);
        using DeviceBuffer<float> mixtures = OnDevice<float>(new float[count]);
        using DeviceBuffer<float> errors = OnDevice<float>(new float[count]);
        using CudaModule module = new(
            Context, "GateCheck", CudaImages.Find("GateCheck", Context.Device.ComputeCapability));
        CudaKernel kernel = module.GetKernel("check_gate");
        int sharedBytes = similarity.Gate!.Image.Length + (numbers.Length * sizeof(float)) + (16 * MixtureGate.EntryBytes);
        kernel.AllowSharedBytes(sharedBytes);
        kernel.Launch(
            new LaunchShape(1, 32, (uint)sharedBytes),
            Stream,
            of.Slice(),
            ofQueries.Slice(),
            (uint)Queries,
            ofRows.Slice(),
            words.Slice(),
            whose.Slice(),
            (uint)count,
            mixtures.Slice(),
            errors.Slice());
        return (ToHost(mixtures.Slice()), ToHost(errors.Slice()));
    }
}
