namespace Linr.Filters;

/// <summary>What an operand is compared with: the values of an attribute, as such or as a bound, or the item's id.</summary>
/// <param name="Field">The attribute; null for the id.</param>
/// <param name="IdKind">What ids are made of.</param>
/// <param name="IsBound">Whether the operand is the end of a range.</param>
internal sealed record OperandTarget(FieldSchema? Field, IdKind IdKind, bool IsBound)
{
    /// <summary>Why the value does not fit; null when it does. Allocates only to say why.</summary>
    public string? FindProblem(Value given)
    {
        bool fits = Field is null
            ? IdTyping.TryConvert(given, IdKind, out _)
            : ValueTyping.Fit(given, Field.Type, IsBound, out _) != ValueFit.Wrong;
        return fits ? null : $"Expected {Describe()}; found {Show(given)}.";
    }

    /// <summary>Why the id does not fit; null when it does.</summary>
    public string? FindProblem(ItemId given) => Field is null && given.Kind == IdKind
        ? null
        : $"Expected {Describe()}; found the {given.Kind} id {given}.";

    /// <summary>Why ids of that kind do not fit; null when they do.</summary>
    public string? FindProblem(IdKind given) => Field is null && given == IdKind
        ? null
        : $"Expected {Describe()}; found ids of kind {given}.";

    private string Describe()
    {
        if (Field is null)
        {
            return IdKind switch
            {
                IdKind.Integer => "an integer id",
                IdKind.Guid => "a Guid id in quotes",
                _ => $"an id in quotes of 1 to {Limits.IdBytesMax} bytes",
            };
        }

        string type = Field.Type switch
        {
            FieldType.Keyword => "a keyword in quotes",
            FieldType.Integer when IsBound => "a number",
            FieldType.Integer => "an integer",
            FieldType.Float => "a number",
            FieldType.Boolean => "true or false",
            _ => "a date (ISO 8601)",
        };
        return $"{type} for the attribute {FilterFormatter.FormatName(Field.Name)}";
    }

    private static string Show(Value given) => given.Type switch
    {
        FieldType.Text or FieldType.Bytes or FieldType.Json => $"a value of type {given.Type}",
        FieldType.Float when double.IsNaN(given.Float) => "NaN",
        _ => new Operand(given).ToString(),
    };
}
