using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>
/// The item-item baseline: an item's score is the sum, over the items that the user has seen, of the cosine of the two
/// items' columns of users, c(i, j) / sqrt(n(i) n(j)).
/// </summary>
public sealed class ItemCosineScorer : IScorer
{
    private readonly InteractionDataset _data;
    private readonly int[] _counts;
    private readonly long[] _userStarts;
    private readonly int[] _users;
    private readonly Dictionary<int, (int Item, float Cosine)[]> _rows = [];
    private readonly int[] _together;

    /// <summary>
    /// Reads the training interactions of <paramref name="data"/>; rows are computed when first asked for.
    /// </summary>
    public ItemCosineScorer(InteractionDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        _data = data;
        _counts = data.TrainingCounts();
        _together = new int[_counts.Length];
        _userStarts = new long[_counts.Length + 1];
        for (int item = 0; item < _counts.Length; item++)
        {
            _userStarts[item + 1] = _userStarts[item] + _counts[item];
        }

        long[] next = _userStarts.AsSpan(0, _counts.Length).ToArray();
        _users = new int[_userStarts[^1]];
        for (int user = 0; user < data.UserCount; user++)
        {
            foreach (int item in data.TrainingItemsOf(user))
            {
                _users[next[item]++] = user;
            }
        }
    }

    /// <inheritdoc/>
    public string Name => "item-item cosine";

    /// <inheritdoc/>
    public void Score(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, Span<float> scores)
    {
        scores.Clear();
        for (int one = 0; one < cases.Length; one++)
        {
            Span<float> own = scores.Slice(one * _counts.Length, _counts.Length);
            foreach (int seen in cases[one].Seen(data))
            {
                foreach ((int item, float cosine) in Row(seen))
                {
                    own[item] += cosine;
                }
            }
        }
    }

    private (int Item, float Cosine)[] Row(int item)
    {
        if (_rows.TryGetValue(item, out (int, float)[]? known))
        {
            return known;
        }

        var touched = new List<int>();
        for (long user = _userStarts[item]; user < _userStarts[item + 1]; user++)
        {
            foreach (int other in _data.TrainingItemsOf(_users[user]))
            {
                if (_together[other]++ == 0)
                {
                    touched.Add(other);
                }
            }
        }

        var row = new (int, float)[touched.Count];
        for (int other = 0; other < row.Length; other++)
        {
            int at = touched[other];
            row[other] = (at, (float)(_together[at] / Math.Sqrt((double)_counts[item] * _counts[at])));
            _together[at] = 0;
        }

        _rows.Add(item, row);
        return row;
    }
}
