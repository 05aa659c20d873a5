using Linr.Rankers;
using Linr.Training.Data;
using Linr.Training.Torch;
using static TorchSharp.torch;

namespace Linr.Training.Rankers;

/// <summary>
/// What a ranker learns from lists whose first candidate is what the user took: of the click the cross-entropy of each
/// candidate and a softmax over the list; of the rating the squared error of what was taken, in units of its variance.
/// </summary>
internal sealed class RankerLoss(RankerSpec spec, RankerOptions options)
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="raw">What the over-arch gives: [queries, candidates, tasks].</param>
    /// <param name="batch">The examples.</param>
    public Tensor Of(Tensor raw, ExampleBatch batch)
    {
        Tensor clicks = raw.select(2, 0);

        // -log of 1 / (1 + e^-x) is softplus(x) - x.
        Tensor entropy = nn.functional.softplus(clicks).sum(1).Plus(clicks.select(1, 0).Times(-1)).mean();
        Tensor loss = entropy.Plus(Choice(clicks).Times(options.ListWeight));
        if (spec.Tasks.Length == 1)
        {
            return loss;
        }

        RankTask rating = spec.Tasks[1];
        float[] wanted = Array.ConvertAll(
            batch.Weights.AsSpan(0, batch.Count).ToArray(), one => (float)((one - rating.Offset) / rating.Scale));
        Tensor errors = raw.select(2, 1).select(1, 0).Plus(tensor(wanted, device: raw.device).Times(-1));
        return loss.Plus((errors * errors).mean().Times(options.RatingWeight));
    }

    /// <summary>How unlikely the first of each list is by a softmax over it.</summary>
    public static Tensor Choice(Tensor logits)
        => nn.functional.cross_entropy(logits, zeros(logits.shape[0], dtype: ScalarType.Int64, device: logits.device));
}
