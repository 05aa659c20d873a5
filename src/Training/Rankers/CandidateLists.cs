using Linr.Training.Data;
using Linr.Training.Torch;
using static TorchSharp.torch;

namespace Linr.Training.Rankers;

/// <summary>
/// What each example's target is ranked against: items that the model itself finds for the query (hard negatives), and
/// items drawn evenly. What the user is known to have taken is neither.
/// </summary>
internal sealed class CandidateLists
{
    private const double Known = -1e9;

    private readonly InteractionDataset _data;
    private readonly RankerOptions _options;
    private readonly int[] _trained;

    public CandidateLists(InteractionDataset data, RankerOptions options)
    {
        (_data, _options) = (data, options);
        int[] counts = data.TrainingCounts();
        _trained = [.. Enumerable.Range(0, counts.Length).Where(row => counts[row] > 0)];
    }

    /// <summary>Candidates an example, the target first.</summary>
    public int Width => 1 + _options.HardNegatives + _options.UniformNegatives;

    /// <summary>Draws the candidates of a batch: rows, [examples, <see cref="Width"/>].</summary>
    /// <param name="batch">The examples.</param>
    /// <param name="queries">Their query embeddings: [examples, dim].</param>
    /// <param name="items">Embeddings that all items are found by: [items, dim].</param>
    /// <param name="random">Draws.</param>
    public int[] Draw(ExampleBatch batch, Tensor queries, Tensor items, SplitMix random)
    {
        long[] found = Find(batch, queries, items, out int depth);
        int[] lists = new int[batch.Count * Width];
        for (int example = 0; example < batch.Count; example++)
        {
            Span<int> list = lists.AsSpan(example * Width, Width);
            list[0] = batch.Targets[example];
            Span<long> own = found.AsSpan(example * depth, depth);
            for (int hard = 0; hard < _options.HardNegatives; hard++)
            {
                // The first of a shuffle; where there are fewer, some stand twice.
                int place = hard % depth;
                int draw = place + random.NextInt(depth - place);
                (own[place], own[draw]) = (own[draw], own[place]);
                list[1 + hard] = (int)own[place];
            }

            ReadOnlySpan<int> known = _data.TrainingItemsOf(batch.UserOf(example));
            foreach (ref int drawn in list[(1 + _options.HardNegatives)..])
            {
                drawn = DrawUnknown(known, list[0], random);
            }
        }

        return lists;
    }

    // The best for each example but what the user is known to have taken: [examples, depth].
    private long[] Find(ExampleBatch batch, Tensor queries, Tensor items, out int depth)
    {
        using IDisposable quiet = no_grad();
        var known = new List<long>();
        int most = 0;
        long count = items.shape[0];
        for (int example = 0; example < batch.Count; example++)
        {
            ReadOnlySpan<int> own = _data.TrainingItemsOf(batch.UserOf(example));
            most = Math.Max(most, own.Length);
            known.Add((example * count) + batch.Targets[example]);
            foreach (int row in own)
            {
                known.Add((example * count) + row);
            }
        }

        depth = (int)Math.Max(1, Math.Min(_options.Candidates, count - most - 1));
        Tensor scores = matmul(queries, items.t());
        scores.view(-1).FillInPlace(tensor(known.ToArray(), device: scores.device), Known);
        return scores.topk(depth, 1).indexes.cpu().contiguous().data<long>().ToArray();
    }

    private int DrawUnknown(ReadOnlySpan<int> known, int target, SplitMix random)
    {
        const int tries = 8;
        int drawn = _trained[random.NextInt(_trained.Length)];
        for (int again = 1; again < tries && (drawn == target || known.Contains(drawn)); again++)
        {
            drawn = _trained[random.NextInt(_trained.Length)];
        }

        return drawn;
    }
}
