using System.Collections.Immutable;
using System.Diagnostics;
using Linr.Engine;
using Linr.Index.Device;

namespace Linr.Bench.Device;

/// <summary>
/// Exact searches of rows that stay on the host, by way of an 8-bit copy on the device, beside searches of a device
/// that has the rows; the answers are compared.
/// </summary>
internal sealed class HostRowsBench(RandomRows rows, int passes)
{
    private static readonly (int Batch, int K)[] s_shapes = [(1, 100), (1, 2_000), (16, 100), (64, 100)];

    /// <summary>Runs it: first on a device that has the rows, then on one that has their copy.</summary>
    /// <exception cref="InvalidDataException">The answers differ.</exception>
    public IReadOnlyList<HostRowsFigure> Run()
    {
        Measured[] whole;
        long wholeBytes;
        using (var retriever = Retriever.Over(EngineItems.Of(rows), "bench", Options(onHost: false)))
        {
            wholeBytes = DeviceLayout.Of(retriever.Table).Bytes;
            whole = [.. s_shapes.Select(shape => Measure(retriever, shape))];
        }

        using var copied = Retriever.Over(EngineItems.Of(rows, RowType.Int8), "bench", Options(onHost: true));
        long bytes = DeviceLayout.Of(copied.Table, keepsRowsOnHost: true).Bytes;
        var figures = new List<HostRowsFigure>();
        foreach (((int batch, int k), Measured expected) in s_shapes.Zip(whole))
        {
            Measured found = Measure(copied, (batch, k));
            foreach ((SearchResponse one, SearchResponse other) in expected.Responses.Zip(found.Responses))
            {
                bool isSame = other.Exact && one.Hits.Select(hit => (hit.Id, hit.Score))
                    .SequenceEqual(other.Hits.Select(hit => (hit.Id, hit.Score)));
                AnswerCheck.Expect(
                    isSame, "the answer of a device that has the rows", $"{other.Hits.Count} hits, {other.Mode}");
            }

            figures.Add(new HostRowsFigure(
                batch,
                k,
                Quantiles.Median(found.Ms),
                Quantiles.P95(found.Ms),
                found.Responses.Average(one => one.RowsRescored ?? 0),
                bytes,
                Quantiles.Median(expected.Ms),
                wholeBytes));
        }

        return figures;
    }

    private static RetrieverOptions Options(bool onHost) => new()
    {
        Device = EngineDevice.Cuda,
        Cuda = new CudaOptions { KeepsRowsOnHost = onHost, K = 4_096, Queries = 64 },
    };

    private Measured Measure(Retriever retriever, (int Batch, int K) shape)
    {
        int dim = rows.Table.Embeddings[0].Dim;
        float[] queries = rows.Queries(0, shape.Batch);
        SearchRequest[] requests =
        [
            .. Enumerable.Range(0, shape.Batch).Select(i => new SearchRequest
            {
                Embeddings = [new EmbeddingQuery(EngineItems.Embedding, queries.AsMemory(i * dim, dim))],
                K = (int)Math.Min(shape.K, rows.Table.RowCount),
            }),
        ];
        var times = new double[passes];
        ImmutableArray<SearchResponse> responses = retriever.SearchBatch(requests);
        for (int pass = 0; pass < passes; pass++)
        {
            long start = Stopwatch.GetTimestamp();
            responses = retriever.SearchBatch(requests);
            times[pass] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return new Measured(times, responses);
    }

    private sealed record Measured(double[] Ms, ImmutableArray<SearchResponse> Responses);
}
