using Linr.Engine.Towers;
using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>
/// The baseline that reads features only: the cosine of two bags of tokens, the item's and the sum of those of the
/// user's items, each token weighed by log(items / items that have it). It finds items that nobody chose yet.
/// </summary>
public sealed class ContentScorer : IScorer
{
    private readonly CodeBags _tokens;
    private readonly float[] _rarity;
    private readonly float[] _lengths;
    private readonly float[] _query = new float[ContentTokens.Buckets];

    /// <summary>Reads the text and keyword features of all items.</summary>
    public ContentScorer(InteractionDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var content = new ContentTokens(data.Catalogue);
        _tokens = content.Bags;
        _rarity = content.Rarity;
        _lengths = new float[_tokens.Count];
        for (int item = 0; item < _lengths.Length; item++)
        {
            foreach (IGrouping<int, int> token in _tokens[item].ToArray().GroupBy(token => token))
            {
                float weight = token.Count() * _rarity[token.Key];
                _lengths[item] += weight * weight;
            }

            _lengths[item] = _lengths[item] > 0 ? MathF.Sqrt(_lengths[item]) : 1;
        }
    }

    /// <inheritdoc/>
    public string Name => "content cosine";

    /// <inheritdoc/>
    public void Score(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, Span<float> scores)
    {
        for (int one = 0; one < cases.Length; one++)
        {
            Array.Clear(_query);
            foreach (int seen in cases[one].Seen(data))
            {
                foreach (int token in _tokens[seen])
                {
                    _query[token] += _rarity[token] / _lengths[seen];
                }
            }

            for (int item = 0; item < _lengths.Length; item++)
            {
                float sum = 0;
                foreach (int token in _tokens[item])
                {
                    sum += _query[token] * _rarity[token];
                }

                scores[(one * _lengths.Length) + item] = sum / _lengths[item];
            }
        }
    }
}
