namespace Linr.Filters;

/// <summary>A list of ids in the form in which it was given: the typed forms take no conversion and little memory.</summary>
internal readonly record struct IdList
{
    public ReadOnlyMemory<long> Integers { get; init; }

    public ReadOnlyMemory<Guid> Guids { get; init; }

    public ReadOnlyMemory<string> Texts { get; init; }

    public ReadOnlyMemory<ItemId> Ids { get; init; }

    public int Count => Integers.Length + Guids.Length + Texts.Length + Ids.Length;

    /// <summary>Why an id of the list does not fit; null when all do. Allocates only to say why.</summary>
    public string? FindProblem(OperandTarget target)
    {
        string? problem = Integers.Length > 0 ? target.FindProblem(new ItemId(Integers.Span[0]))
            : Guids.Length > 0 ? target.FindProblem(new ItemId(Guids.Span[0]))
            : Texts.Length > 0 ? target.FindProblem(IdKind.Text)
            : null;
        foreach (string text in Texts.Span)
        {
            problem ??= IdTyping.HasLengthOfId(text) ? null : target.FindProblem(Value.OfKeyword(text ?? string.Empty));
        }

        foreach (ref readonly ItemId id in Ids.Span)
        {
            problem ??= id.Kind == target.IdKind && target.Field is null ? null : target.FindProblem(id);
        }

        return problem;
    }
}
