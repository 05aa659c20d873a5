using Linr.Layers;
using static TorchSharp.torch;

namespace Linr.Training.Torch;

/// <summary>Attention over the histories of a batch in Torch: what the engine's kernels give, with gradients.</summary>
internal static class TorchAttention
{
    private const double MaskedScore = -1e9;

    /// <summary>A row a query of what the heads of an attention pool find in its history.</summary>
    public static Tensor Pool(LayerSpec layer, Tensor input, SequenceLayout layout, Tensor query)
    {
        if (!layout.IsWhole)
        {
            throw new LayerException($"Layer \"{layer.Name}\": expected one query a history, which sees all of it.");
        }

        Tensor sequence = layout.Pad(input);
        Tensor scores = matmul(sequence, query.t()).Times(1 / Math.Sqrt(query.shape[1]));
        Tensor shares = scores.Masked(layout.Present.logical_not().unsqueeze(2), MaskedScore).softmax(1);
        Tensor heads = matmul(shares.transpose(1, 2), sequence).view(layout.Rows, -1);
        return heads * layout.Present.any(1, keepdim: true).to_type(heads.dtype);
    }

    /// <summary>Causal attention: a row a place, or a row a query, as the queries are.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="inputs">Queries, keys and values.</param>
    /// <param name="isSequence">Whether the queries are a row a place.</param>
    /// <param name="layout">Where the places and the queries are.</param>
    /// <param name="bias">[heads, R], or null.</param>
    public static Tensor Causal(
        LayerSpec layer, Tensor[] inputs, bool isSequence, SequenceLayout layout, Tensor? bias)
    {
        long heads = (long)layer.Numbers["heads"];
        Tensor queries = Split(isSequence ? layout.Pad(inputs[0]) : layout.PadQueries(inputs[0]), heads);
        Tensor keys = Split(layout.Pad(inputs[1]), heads);
        Tensor values = Split(layout.Pad(inputs[2]), heads);
        int asking = (int)queries.shape[2];
        int[] older = [.. Enumerable.Range(0, asking * layout.Length)
            .Select(pair => (pair % layout.Length) - (pair / layout.Length))];
        Tensor scores = matmul(queries, keys.transpose(2, 3)).Times(1 / Math.Sqrt(keys.shape[3]));
        if (bias is not null)
        {
            long last = bias.shape[1] - 1;
            long[] distances = Array.ConvertAll(older, places => Math.Clamp(places, 0, last));
            scores = scores.Plus(bias.index_select(1, tensor(distances, device: bias.device))
                .view(1, heads, asking, layout.Length));
        }

        Tensor isOlder = tensor(Array.ConvertAll(older, places => places >= 0), device: keys.device);
        Tensor isSeen = isOlder.view(1, 1, asking, layout.Length)
            .logical_and(layout.Present.view(layout.Rows, 1, 1, layout.Length));
        Tensor shares = scores.Masked(isSeen.logical_not(), MaskedScore).softmax(3) * isSeen.to_type(scores.dtype);
        Tensor output = matmul(shares, values).transpose(1, 2).reshape(layout.Rows * asking, -1);
        return output.index_select(0, isSequence ? layout.Slots : layout.QuerySlots);
    }

    // [rows, places, width] to [rows, heads, places, width / heads].
    private static Tensor Split(Tensor rows, long heads)
        => rows.view(rows.shape[0], rows.shape[1], heads, -1).transpose(1, 2);
}
