namespace Linr.Filters;

/// <summary>One token of the text form.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The word, name or symbol; of a literal, as it was written.</param>
/// <param name="Literal">The value of a literal.</param>
/// <param name="Position">Where it starts.</param>
internal readonly record struct Token(TokenKind Kind, string Text, Value Literal, FilterPosition Position)
{
    public bool IsWord(string word) => Kind == TokenKind.Word && Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    public bool IsSymbol(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    public bool IsKeyword => Kind == TokenKind.Literal && Literal.Type == FieldType.Keyword;

    public string Describe() => Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.QuotedName => $"the attribute \"{Text}\"",
        TokenKind.Parameter => $"@{Text}",
        TokenKind.Literal when IsKeyword => $"'{Text}'",
        _ => Text,
    };
}
