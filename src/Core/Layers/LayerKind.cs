namespace Linr.Layers;

/// <summary>
/// The kinds of layer that a model file may list, as the file names them. A source reads fields, ids or history; the
/// other kinds read layers that stand before them in their tower.
/// </summary>
public static class LayerKind
{
    /// <summary>Source: mean of the rows of <c>weight</c> [values + 1, D] that a keyword field's values name.</summary>
    public const string KeywordBag = "keyword_bag";

    /// <summary>
    /// Source: mean of the rows of <c>weight</c> [buckets, D] that a text field's hashed tokens name.
    /// </summary>
    public const string TextBag = "text_bag";

    /// <summary>Source: a number, date or boolean field, standardised, and 1; two zeros where it is missing.</summary>
    public const string Number = "number";

    /// <summary>Source: the row of <c>weight</c> [ids, D] that the item's id names; zeros for an unknown id.</summary>
    public const string IdEmbedding = "id_embedding";

    /// <summary>Source of a sequence: the item embeddings of the history, the latest item first.</summary>
    public const string HistoryEmbedding = "history_embedding";

    /// <summary>Source of a sequence: rows of <c>weight</c> [ids, D] that the history's ids name.</summary>
    public const string HistoryIdEmbedding = "history_id_embedding";

    /// <summary>
    /// Source of a similarity's head: the embedding that <c>field</c> names, of the query or the item, [dim].
    /// </summary>
    public const string Embedding = "embedding";

    /// <summary>x W^T + b: <c>weight</c> [out, in], and <c>bias</c> [out] where there is one.</summary>
    public const string Linear = "linear";

    /// <summary>max(x, 0).</summary>
    public const string Relu = "relu";

    /// <summary>x times the standard normal distribution function of x.</summary>
    public const string Gelu = "gelu";

    /// <summary>x / (1 + exp(-x)).</summary>
    public const string Silu = "silu";

    /// <summary>Hyperbolic tangent.</summary>
    public const string Tanh = "tanh";

    /// <summary>Zero mean and unit variance over the width, then <c>weight</c> [D] and <c>bias</c> [D].</summary>
    public const string LayerNorm = "layer_norm";

    /// <summary>Added to the variance by a layer norm that names no <c>epsilon</c>.</summary>
    public const double DefaultEpsilon = 1e-5;

    /// <summary>The inputs side by side.</summary>
    public const string Concat = "concat";

    /// <summary>The sum of the inputs, which are equally wide.</summary>
    public const string Add = "add";

    /// <summary>The input times the number <c>factor</c>.</summary>
    public const string Scale = "scale";

    /// <summary>The input divided by its euclidean length; zeros stay zeros.</summary>
    public const string L2Normalise = "l2_normalise";

    /// <summary>The number <c>parts</c> of equally wide parts, each divided by its euclidean length.</summary>
    public const string L2NormaliseParts = "l2_normalise_parts";

    /// <summary>
    /// The row of <c>weight</c> [centroids, D] with the greatest cosine to the input, the first of equals: the cohort of
    /// a query or an item.
    /// </summary>
    public const string ClosestCentroid = "closest_centroid";

    /// <summary>The input, or <c>weight</c> [D] where the input is all zeros: what an empty history stands for.</summary>
    public const string OrElse = "or_else";

    /// <summary>
    /// A sequence plus, at each place, that row of <c>weight</c> [places, D]; the last row serves beyond.
    /// </summary>
    public const string Position = "position";

    /// <summary>
    /// A sequence to one row: for each row of <c>query</c> [heads, D] a softmax over the sequence of query · x /
    /// sqrt(D) weighs the sequence; the heads side by side. An empty sequence gives zeros.
    /// </summary>
    public const string AttentionPool = "attention_pool";

    /// <summary>
    /// Self-attention over a sequence by the number <c>heads</c> of heads, of three inputs: queries, keys, values. Each
    /// head has its part of their widths; a place looks at itself and at older ones. The softmax is over query · key /
    /// sqrt(part) plus, where there is one, the head's entry of <c>bias</c> [heads, R] for how many places older; the
    /// last entry serves beyond. Queries of one row a sample are those of the latest place. Zeros where a sequence is
    /// empty. Vaswani et al. 2017, arXiv 1706.03762; the bias after Raffel et al. 2020, arXiv 1910.10683.
    /// </summary>
    public const string CausalAttention = "causal_attention";

    /// <summary>A sequence to the row of its latest item; zeros for an empty sequence.</summary>
    public const string Latest = "latest";
}
