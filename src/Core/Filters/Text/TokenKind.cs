namespace Linr.Filters;

/// <summary>What a token of the text form is.</summary>
internal enum TokenKind
{
    /// <summary>A word of the language or a plain attribute name.</summary>
    Word,

    /// <summary>An attribute name in double quotes.</summary>
    QuotedName,

    /// <summary>A keyword in single quotes, an integer or a float.</summary>
    Literal,

    /// <summary><c>@name</c>.</summary>
    Parameter,

    /// <summary>An operator, bracket or comma.</summary>
    Symbol,

    /// <summary>The end of the text.</summary>
    End,
}
