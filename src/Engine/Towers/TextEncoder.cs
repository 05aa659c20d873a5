namespace Linr.Engine.Towers;

/// <summary>Texts and keywords to hashed tokens.</summary>
internal sealed class TextEncoder(string field, int buckets, bool pairs) : SourceEncoder(field)
{
    private protected override void Append(IReadOnlyList<Value> values, SourceRows output)
    {
        for (int value = 0; value < values.Count; value++)
        {
            if (values[value].Type is not (FieldType.Text or FieldType.Keyword))
            {
                throw WrongType("text", values[value]);
            }

            TextTokens.Append(values[value].Text, buckets, pairs, output.Bags);
        }

        output.Bags.EndBag();
    }
}
