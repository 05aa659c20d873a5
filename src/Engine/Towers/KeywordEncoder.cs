namespace Linr.Engine.Towers;

/// <summary>Keywords to the codes of a vocabulary; unknown keywords are left out of the bag.</summary>
internal sealed class KeywordEncoder(string field, Vocabulary vocabulary, int rowCount) : SourceEncoder(field)
{
    private protected override void Append(IReadOnlyList<Value> values, SourceRows output)
    {
        for (int value = 0; value < values.Count; value++)
        {
            if (values[value].Type is not FieldType.Keyword)
            {
                throw WrongType("keywords", values[value]);
            }

            int code = vocabulary.Find(values[value].Text);
            if (code > 0 && code < rowCount)
            {
                output.Bags.Add(code);
            }
        }

        output.Bags.EndBag();
    }
}
