namespace Linr.Rankers;

/// <summary>
/// What an over-arch reads of a query and a candidate, as the model file names it. u and v are the halves of query and
/// item, H numbers each.
/// </summary>
public static class RankFeature
{
    /// <summary>u: [H].</summary>
    public const string Query = "query";

    /// <summary>v: [H].</summary>
    public const string Item = "item";

    /// <summary>u times v, component by component: [H].</summary>
    public const string Product = "product";

    /// <summary>The score of the query's and the item's embedding, by the embedding's metric: [1].</summary>
    public const string Score = "score";

    /// <summary>The logit of the learned similarity that the ranker stands on: [1].</summary>
    public const string Similarity = "similarity";

    /// <summary>
    /// v times the mean of the halves of the query's history, weighed by the candidate: a softmax of
    /// v · v_j / sqrt(H) + <c>places</c>[j] over the latest items j; zeros without a history: [H]. After Zhou et al.,
    /// Deep Interest Network (KDD 2018, arXiv 1706.06978).
    /// </summary>
    public const string History = "history";

    /// <summary>How many numbers a feature has, or 0 where it is unknown.</summary>
    /// <param name="feature">Its name.</param>
    /// <param name="half">H.</param>
    public static int WidthOf(string feature, int half) => feature switch
    {
        Query or Item or Product or History => half,
        Score or Similarity => 1,
        _ => 0,
    };
}
