using System.Text;

namespace Linr.Filters;

/// <summary>Cuts the text form into tokens, one a call.</summary>
internal sealed class FilterLexer(string text)
{
    private static readonly string[] s_symbols = ["!=", "<=", ">=", "=", "<", ">", "(", ")", ","];

    private int _next;
    private int _line = 1;
    private int _lineStart;

    public Token Next()
    {
        SkipSpace();
        FilterPosition position = new(_next, _line, _next - _lineStart + 1);
        if (_next == text.Length)
        {
            return new Token(TokenKind.End, string.Empty, default, position);
        }

        char first = text[_next];
        if (PlainName.IsFirst(first))
        {
            return new Token(TokenKind.Word, ReadName(), default, position);
        }

        if (char.IsAsciiDigit(first) || (first == '-' && char.IsAsciiDigit(Peek(1))))
        {
            return ReadNumber(position);
        }

        switch (first)
        {
            case '\'':
                string keyword = ReadQuoted('\'', position);
                return new Token(TokenKind.Literal, keyword, Value.OfKeyword(keyword), position);
            case '"':
                return new Token(TokenKind.QuotedName, ReadQuoted('"', position), default, position);
            case '@' when PlainName.IsFirst(Peek(1)):
                _next++;
                return new Token(TokenKind.Parameter, ReadName(), default, position);
            case '-' when PlainName.IsFirst(Peek(1)):
                _next++;
                return new Token(TokenKind.Word, "-" + ReadName(), default, position);
            default:
                return ReadSymbol(position);
        }
    }

    private char Peek(int ahead) => _next + ahead < text.Length ? text[_next + ahead] : '\0';

    private void SkipSpace()
    {
        for (; _next < text.Length && char.IsWhiteSpace(text[_next]); _next++)
        {
            if (text[_next] == '\n')
            {
                _line++;
                _lineStart = _next + 1;
            }
        }
    }

    private string ReadName()
    {
        int start = _next;
        while (PlainName.IsNext(Peek(0)))
        {
            _next++;
        }

        return text[start.._next];
    }

    private string ReadQuoted(char quote, FilterPosition position)
    {
        StringBuilder content = new();
        for (_next++; _next < text.Length; _next++)
        {
            if (text[_next] == quote && Peek(1) != quote)
            {
                _next++;
                return content.ToString();
            }

            if (text[_next] == quote)
            {
                _next++;
            }
            else if (text[_next] == '\n')
            {
                _line++;
                _lineStart = _next + 1;
            }

            content.Append(text[_next]);
        }

        throw new FilterException(
            new FilterProblem($"Expected {quote} to close the one here; found the end.", position));
    }

    private Token ReadNumber(FilterPosition position)
    {
        int start = _next++;
        while (char.IsLetterOrDigit(Peek(0)) || Peek(0) is '_' or '.'
            || (Peek(0) is '+' or '-' && Peek(-1) is 'e' or 'E'))
        {
            _next++;
        }

        string written = text[start.._next];
        return NumberText.TryParse(written, out Value number)
            ? new Token(TokenKind.Literal, written, number, position)
            : throw new FilterException(new FilterProblem(
                $"Expected a 64-bit integer or a float such as 1_000, -5, 0.5 or 1e6; found {written}.", position));
    }

    private Token ReadSymbol(FilterPosition position)
    {
        foreach (string symbol in s_symbols)
        {
            if (string.CompareOrdinal(text, _next, symbol, 0, symbol.Length) == 0)
            {
                _next += symbol.Length;
                return new Token(TokenKind.Symbol, symbol, default, position);
            }
        }

        _ = Rune.TryGetRuneAt(text, _next, out Rune rune);
        string found = rune == default ? $"U+{(int)text[_next]:X4}" : rune.ToString();
        throw new FilterException(
            new FilterProblem($"Expected an attribute, value or operator; found {found}.", position));
    }
}
