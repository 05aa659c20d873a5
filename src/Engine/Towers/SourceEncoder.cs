using Linr.Layers;

namespace Linr.Engine.Towers;

/// <summary>
/// Turns the raw values of one field into what its source layer reads: a bag of codes, or numbers. One encoder serves
/// training and serving, so that both see the same codes. Not safe for concurrent use of one output.
/// </summary>
public abstract class SourceEncoder
{
    /// <summary>An encoder of <paramref name="field"/>.</summary>
    private protected SourceEncoder(string field) => Field = field;

    /// <summary>The field that it reads.</summary>
    public string Field { get; }

    /// <summary>The encoder of a source layer that reads a field.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="rowCount">Rows of its <c>weight</c>; not read for a number.</param>
    /// <param name="vocabulary">The keywords of a <c>keyword_bag</c>; not read for other kinds.</param>
    public static SourceEncoder Create(LayerSpec layer, int rowCount, Vocabulary? vocabulary)
    {
        ArgumentNullException.ThrowIfNull(layer);
        string field = layer.Field ?? throw new LayerException($"Layer \"{layer.Name}\" reads no field.");
        return layer.Kind switch
        {
            LayerKind.KeywordBag => new KeywordEncoder(field, vocabulary!, rowCount),
            LayerKind.TextBag => new TextEncoder(field, rowCount, layer.Number("pairs", 0) != 0),
            LayerKind.Number => new NumberEncoder(
                field, layer.Number("log", 0) != 0, layer.Number("mean", 0), layer.Number("deviation", 1)),
            _ => throw new LayerException($"Layer \"{layer.Name}\" of kind \"{layer.Kind}\" reads no field."),
        };
    }

    /// <summary>Adds one row.</summary>
    /// <param name="fields">Values by field name; a missing field and an empty list mean the same.</param>
    /// <param name="output">What the rows are added to.</param>
    /// <exception cref="ArgumentException">A value is of a type that the layer cannot read.</exception>
    public void Append(IReadOnlyDictionary<string, IReadOnlyList<Value>> fields, SourceRows output)
    {
        fields.TryGetValue(Field, out IReadOnlyList<Value>? values);
        Append(values ?? [], output);
    }

    /// <summary>Adds one row of these values.</summary>
    private protected abstract void Append(IReadOnlyList<Value> values, SourceRows output);

    private protected ArgumentException WrongType(string expected, Value found)
        => new($"Field {Field}: expected {expected}; found {found.Type}.");
}
