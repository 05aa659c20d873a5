using Linr.Engine.Similarities;
using Linr.Kernels;
using Linr.Kernels.Scan;
using Linr.Kernels.Similarities;
using Linr.Memory;
using Linr.Training.Data;
using Linr.Training.Evaluation;
using Linr.Training.Torch;

namespace Linr.Training.Similarities;

/// <summary>
/// A learned similarity as something to evaluate: the halves from Torch, the logits from the engine's own scan.
/// </summary>
public sealed class SimilarityScorer : IScorer, IDisposable
{
    private readonly LearnedSimilarity _similarity;
    private readonly NativeBuffer[] _halves;
    private readonly ScanSegment[] _segments;
    private readonly long _rows;
    private readonly int _historyLength;
    private readonly Func<int[], int[], float[]> _queryHalves;
    private readonly SimilarityWorkspace _workspace = new();
    private readonly ScanWorkers _workers;

    internal SimilarityScorer(
        string name,
        LearnedSimilarity similarity,
        float[][] halves,
        int historyLength,
        Func<int[], int[], float[]> queryHalves,
        int threads)
    {
        Name = name;
        _similarity = similarity;
        _historyLength = historyLength;
        _queryHalves = queryHalves;
        _rows = halves[0].Length / similarity.ItemWidths[0];
        _halves = [.. halves.Select(ToNative)];
        _segments = [.. similarity.ItemWidths.Select((width, half) => new ScanSegment(
            width, RowElement.Float32, ScanMetric.Dot, Blocks(_halves[half], width)))];
        _workers = new ScanWorkers(threads);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public void Score(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, Span<float> scores)
    {
        (int[] users, int[] histories) = EvaluationCase.Lay(data, cases, _historyLength);
        SimilarityScan.Search(
            _similarity,
            new ScanRequest
            {
                Segments = _segments,
                RowCount = _rows,
                QueryCount = users.Length,
                Queries = _queryHalves(users, histories),
                K = (int)_rows,
            },
            _workspace,
            _workers);
        for (int one = 0; one < cases.Length; one++)
        {
            foreach (ScanHit hit in _workspace.Hits(one))
            {
                scores[(int)((one * _rows) + hit.Row)] = hit.Score;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _workspace.Dispose();
        _workers.Dispose();
        Array.ForEach(_halves, half => half.Dispose());
    }

    /// <summary>A scorer of a similarity with its weights as they are.</summary>
    internal static SimilarityScorer Of(TrainedModel model, TorchSimilarity similarity, int threads)
    {
        var inputs = new SimilarityInputs(model, similarity.Spec.QueryEmbeddings);
        return new SimilarityScorer(
            similarity.Spec.Name,
            SimilarityKernel.Create(similarity.Spec, role => similarity.Weights[similarity.Spec.Tensors[role]].Value
                .cpu().contiguous().data<float>().ToArray()),
            inputs.ItemHalves(similarity),
            model.Run.Options.HistoryLength,
            (users, histories) => inputs.QueryHalves(similarity, users, histories),
            threads);
    }

    private static NativeBuffer ToNative(float[] values)
    {
        var buffer = new NativeBuffer(Math.Max(1, values.LongLength) * sizeof(float));
        values.CopyTo(buffer.Span<float>(0, values.Length));
        return buffer;
    }

    private RowBlock[] Blocks(NativeBuffer rows, int width)
    {
        var blocks = new RowBlock[(_rows + ScanSegment.BlockRows - 1) / ScanSegment.BlockRows];
        for (int block = 0; block < blocks.Length; block++)
        {
            long start = (long)block * ScanSegment.BlockRows * width * sizeof(float);
            blocks[block] = new RowBlock(rows.Address + (nint)start, Norms: 0, NormMax: 1);
        }

        return blocks;
    }
}
