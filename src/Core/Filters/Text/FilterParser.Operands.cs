namespace Linr.Filters;

/// <content>Operands and lists of them.</content>
internal sealed partial class FilterParser
{
    private bool IsDateLiteral() => _token.IsWord(Words.Date) && _following.Kind == TokenKind.Literal;

    private bool IsInfinity() => _token.IsWord(NumberText.Infinity) || _token.IsWord("-" + NumberText.Infinity);

    private FilterList<Operand> ParseList()
    {
        if (_token.Kind == TokenKind.Parameter)
        {
            return [ParseOperand()];
        }

        FilterPosition start = _token.Position;
        if (!TakeSymbol("("))
        {
            throw Expected("( or a parameter");
        }

        if (TakeSymbol(")"))
        {
            return [];
        }

        List<Operand> operands = [];
        do
        {
            operands.Add(ParseOperand());
            if (operands.Count > Limits.FilterValuesMax)
            {
                throw Problem($"Expected at most {Limits.FilterValuesMax} values; found more.", start);
            }
        }
        while (TakeSymbol(","));
        return TakeSymbol(")") ? [.. operands] : throw Expected(", or )");
    }

    private Operand ParseOperand()
    {
        Token token = _token;
        switch (token.Kind)
        {
            case TokenKind.Literal:
                Take();
                return Literal(token.Literal, token);
            case TokenKind.Parameter when token.Text.Length > Limits.NameLengthMax:
                throw Expected($"a parameter name of at most {Limits.NameLengthMax} characters");
            case TokenKind.Parameter:
                Take();
                return Operand.Parameter(token.Text) with { Position = token.Position };
            case TokenKind.Word when token.IsWord(Words.True) || token.IsWord(Words.False):
                Take();
                return Literal(Value.OfBoolean(token.IsWord(Words.True)), token);
            case TokenKind.Word when IsInfinity():
                Take();
                return Literal(
                    Value.OfFloat(token.Text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity), token);
            case TokenKind.Word when IsDateLiteral():
                Take();
                return Literal(ParseDate(), token);
            default:
                throw Expected("a value ('keyword', number, true, false, date '2024-01-31' or @parameter)");
        }
    }

    private Value ParseDate()
    {
        Token written = _token;
        Value date = default;
        bool isDate = written.IsKeyword && DateText.TryParse(written.Text, out date);
        if (written.Literal.Type == FieldType.Integer)
        {
            date = Value.OfDateMicroseconds(written.Literal.Integer);
            isDate = true;
        }

        if (!isDate)
        {
            throw Expected("an ISO 8601 date such as '2024-01-31' or '2024-01-31T23:59:00Z'");
        }

        Take();
        return date;
    }

    private static Operand Literal(Value value, Token token)
    {
        try
        {
            return new Operand(value) { Position = token.Position };
        }
        catch (ArgumentException refused)
        {
            throw Problem(refused.Message, token.Position);
        }
    }
}
