using Linr.Training.Torch;
using static TorchSharp.torch;

namespace Linr.Training.Rankers;

/// <summary>Logits of a learned similarity for queries and their candidates.</summary>
internal static class SimilarityOfLists
{
    /// <summary>The logits: [queries, candidates].</summary>
    /// <param name="similarity">The similarity.</param>
    /// <param name="parameters">Its tensors, collecting gradients; null: as they are.</param>
    /// <param name="batch">Queries and candidates.</param>
    /// <param name="queries">Embeddings of the queries.</param>
    /// <param name="items">Embeddings of the batch's items.</param>
    public static Tensor Logits(
        TorchSimilarity similarity,
        Dictionary<string, Tensor>? parameters,
        RankBatch batch,
        Tensor queries,
        Tensor items)
    {
        bool training = parameters is not null;
        parameters ??= similarity.Parameters(training: false);
        Tensor halves = similarity.QueryHalves([queries], parameters);
        Tensor[] ofItems = similarity.ItemHalves([items], parameters);
        (Tensor all, _) = similarity.Logits(halves, ofItems, parameters, training);
        return all.gather(1, tensor(batch.Candidates, device: all.device).view(batch.QueryCount, batch.Width));
    }
}
