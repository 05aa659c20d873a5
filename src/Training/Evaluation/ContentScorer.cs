using System.IO.Hashing;
using System.Text;
using Linr.Engine.Towers;
using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>
/// The baseline that reads features only: the cosine of two bags of tokens, the item's and the sum of those of the
/// user's items, each token weighed by log(items / items that have it). It finds items that nobody chose yet.
/// </summary>
public sealed class ContentScorer : IScorer
{
    // Far above the different tokens of most catalogues: hardly two share a bucket.
    private const int Buckets = 1 << 22;

    private readonly CodeBags _tokens = new();
    private readonly float[] _rarity;
    private readonly float[] _lengths;
    private readonly float[] _query = new float[Buckets];

    /// <summary>Reads the text and keyword features of all items.</summary>
    public ContentScorer(InteractionDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        FieldSchema[] fields =
        [
            .. data.Catalogue.Schema.Fields.Where(
                field => field.IsFeature && field.Type is FieldType.Text or FieldType.Keyword),
        ];
        foreach (Item item in data.Catalogue.Items)
        {
            AddBag(item, fields);
        }

        _rarity = Rarity(_tokens);
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

    private void AddBag(Item item, FieldSchema[] fields)
    {
        foreach (FieldSchema field in fields)
        {
            foreach (Value value in item.Fields.GetValueOrDefault(field.Name) ?? [])
            {
                if (field.Type == FieldType.Text)
                {
                    TextTokens.Append(value.Text, Buckets, pairs: false, _tokens);
                }
                else
                {
                    // A keyword is one token of its field, not its words.
                    byte[] keyword = Encoding.UTF8.GetBytes($"{field.Name}={value.Text}");
                    _tokens.Add((int)(XxHash3.HashToUInt64(keyword) % Buckets));
                }
            }
        }

        _tokens.EndBag();
    }

    private static float[] Rarity(CodeBags tokens)
    {
        int[] counts = new int[Buckets];
        int[] last = new int[Buckets];
        Array.Fill(last, -1);
        for (int item = 0; item < tokens.Count; item++)
        {
            foreach (int token in tokens[item])
            {
                counts[token] += last[token] == item ? 0 : 1;
                last[token] = item;
            }
        }

        return Array.ConvertAll(counts, count => count == 0 ? 0 : MathF.Log((float)tokens.Count / count));
    }
}
