using Linr.Index.Embeddings;
using Linr.Kernels;

namespace Linr.Engine.Requests;

/// <summary>
/// How far the score of a row may be from that of its copy, for one query: by Cauchy and Schwarz under dot and cosine,
/// by the triangle inequality of distances under euclidean; docs/quantization.md has the proof.
/// </summary>
/// <param name="Slack">What scores may differ by; under euclidean what distances may differ by.</param>
/// <param name="SquaredWeight">
/// The weight of the one euclidean term, whose score is minus a squared distance; 0 for others.
/// </param>
internal readonly record struct CopyBound(double Slack, double SquaredWeight)
{
    /// <summary>
    /// Covers the roundings of scores, of norms and of what was lost: each within some 2^-24 of what is bounded here.
    /// </summary>
    private const double RoundingShare = 1e-6;

    /// <summary>The bound of a query, or null where there is none.</summary>
    /// <param name="query">Its vectors and weights.</param>
    /// <param name="columnOf">The embedding of a name.</param>
    public static CopyBound? Of(ResolvedQuery query, Func<string, EmbeddingColumn> columnOf)
    {
        double slack = 0;
        foreach (EmbeddingQuery one in query.Embeddings)
        {
            EmbeddingColumn column = columnOf(one.Name);
            if (column.Schema.Metric == Metric.Euclidean)
            {
                return query.Embeddings.Length == 1 && one.Weight > 0 && column.Copy is { } copy
                    ? new CopyBound(OfDistance(one, copy), one.Weight)
                    : null;
            }

            slack += Math.Abs((double)one.Weight) * OfProduct(one, column);
        }

        return new CopyBound(slack, 0);
    }

    /// <summary>No row whose copy has this score, or a lower one, scores higher than the result.</summary>
    public double UpperOf(double copyScore)
    {
        if (SquaredWeight == 0)
        {
            return copyScore + Slack;
        }

        double distance = Math.Max(Math.Sqrt(Math.Max(-copyScore / SquaredWeight, 0)) - Slack, 0);
        return -SquaredWeight * distance * distance;
    }

    /// <summary>No row of this score, or a higher one, has a copy that scores lower than the result.</summary>
    public float CutFor(double score)
    {
        double cut = score - Slack;
        if (SquaredWeight != 0)
        {
            double distance = Math.Sqrt(Math.Max(-score / SquaredWeight, 0)) + Slack;
            cut = -SquaredWeight * distance * distance;
        }

        return MathF.BitDecrement((float)cut);
    }

    private static double OfProduct(EmbeddingQuery query, EmbeddingColumn column)
    {
        bool isCosine = column.Schema.Metric == Metric.Cosine;
        double queryNorm = isCosine ? 1 : NormOf(query);
        double rowNorm = isCosine ? 1 : column.NormMax;
        return queryNorm * ((column.Copy?.LostMax ?? 0) + (RoundingShare * rowNorm));
    }

    private static double OfDistance(EmbeddingQuery query, RowCopy copy)
        => copy.LostMax + (RoundingShare * (NormOf(query) + copy.Column.NormMax + copy.LostMax));

    private static double NormOf(EmbeddingQuery query)
        => Math.Sqrt(CanonicalScore.Dot(query.Vector.Span, query.Vector.Span));
}
