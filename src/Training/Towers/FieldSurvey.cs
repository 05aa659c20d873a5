using Linr.Engine.Towers;

namespace Linr.Training.Towers;

/// <summary>One pass over raw features: the keywords of each keyword field, the statistics of each number.</summary>
internal sealed class FieldSurvey
{
    private readonly Dictionary<string, Vocabulary> _vocabularies = [];
    private readonly Dictionary<string, NumberStatistics> _numbers = [];

    /// <summary>Surveys the feature fields of every row.</summary>
    /// <param name="fields">The schema of the fields.</param>
    /// <param name="rows">The values of each row.</param>
    public FieldSurvey(
        IEnumerable<FieldSchema> fields,
        IEnumerable<IReadOnlyDictionary<string, IReadOnlyList<Value>>> rows)
    {
        FieldSchema[] features = [.. fields.Where(field => field.IsFeature)];
        foreach (FieldSchema field in features)
        {
            if (field.Type == FieldType.Keyword)
            {
                _vocabularies.Add(field.Name, new Vocabulary());
            }
            else if (field.Type != FieldType.Text)
            {
                _numbers.Add(field.Name, new NumberStatistics());
            }
        }

        foreach (IReadOnlyDictionary<string, IReadOnlyList<Value>> row in rows)
        {
            foreach (FieldSchema field in features)
            {
                if (row.TryGetValue(field.Name, out IReadOnlyList<Value>? values))
                {
                    Add(field, values);
                }
            }
        }
    }

    /// <summary>Keywords by field.</summary>
    public IReadOnlyDictionary<string, Vocabulary> Vocabularies => _vocabularies;

    /// <summary>Statistics by field.</summary>
    public IReadOnlyDictionary<string, NumberStatistics> Numbers => _numbers;

    private void Add(FieldSchema field, IReadOnlyList<Value> values)
    {
        if (_vocabularies.TryGetValue(field.Name, out Vocabulary? vocabulary))
        {
            foreach (Value value in values)
            {
                vocabulary.Add(value.Text);
            }
        }
        else if (_numbers.TryGetValue(field.Name, out NumberStatistics? statistics))
        {
            statistics.Add(values);
        }
    }
}
