namespace Linr.Filters;

/// <content>Clauses.</content>
internal sealed partial class FilterParser
{
    private Filter ParseClause()
    {
        FilterPosition position = _token.Position;
        return ParseUnplacedClause() with { Position = position };
    }

    private Filter ParseUnplacedClause()
    {
        bool isConstant = _token.IsWord(Words.True) || _token.IsWord(Words.False);
        if (isConstant && !IsOrder(_following))
        {
            return Take().IsWord(Words.True) ? Filter.Everything : Filter.Nothing;
        }

        if (isConstant || _token.Kind is TokenKind.Literal or TokenKind.Parameter || IsDateLiteral() || IsInfinity())
        {
            return ParseChainedRange();
        }

        if (_token.IsWord(Words.Id))
        {
            return ParseIdTest(Take());
        }

        return IsAttribute() ? ParseTest(Take()) : throw Expected("a clause");
    }

    private bool IsAttribute() => _token.Kind == TokenKind.QuotedName
        || (_token.Kind == TokenKind.Word && _token.Text[0] != '-' && !Words.IsReserved(_token.Text));

    private Filter ParseTest(Token name)
    {
        string attribute = name.Text;
        if (TakeSymbol("="))
        {
            return new EqualClause(attribute, ParseOperand());
        }

        if (TakeSymbol("!="))
        {
            return Not(new EqualClause(attribute, ParseOperand()), name);
        }

        if (IsOrder(_token))
        {
            return ParseOrder(attribute);
        }

        if (TakeWord(Words.Exists))
        {
            return new ExistsClause(attribute);
        }

        if (TakeWord(Words.Missing))
        {
            return Not(new ExistsClause(attribute), name);
        }

        bool isComplement = TakeWord(Words.Not);
        Filter clause = ParseWordTest(attribute, isComplement);
        return isComplement ? Not(clause, name) : clause;
    }

    private Filter ParseWordTest(string attribute, bool isComplement)
    {
        if (TakeWord(Words.In))
        {
            return new InClause(attribute, ParseList());
        }

        if (TakeWord(Words.Between))
        {
            Operand low = ParseOperand();
            if (!TakeWord(Words.And))
            {
                throw Expected("and");
            }

            return new RangeClause(attribute, new RangeBound(low, true), new RangeBound(ParseOperand(), true));
        }

        if (TakeWord(Words.Contains))
        {
            if (TakeWord(Words.All))
            {
                return new ContainsAllClause(attribute, ParseList());
            }

            return TakeWord(Words.Any)
                ? new InClause(attribute, ParseList())
                : new EqualClause(attribute, ParseOperand());
        }

        throw Expected(isComplement
            ? "in, between or contains"
            : "=, !=, <, <=, >, >=, in, not in, between, contains, exists or missing");
    }

    private Filter ParseIdTest(Token name)
    {
        if (TakeSymbol("="))
        {
            return new IdClause([ParseOperand()]);
        }

        if (TakeSymbol("!="))
        {
            return Not(new IdClause([ParseOperand()]), name);
        }

        bool isComplement = TakeWord(Words.Not);
        if (!TakeWord(Words.In))
        {
            throw Expected(isComplement ? "in" : "=, !=, in or not in (an attribute named id is written \"id\")");
        }

        IdClause clause = new(ParseList());
        return isComplement ? Not(clause, name) : clause;
    }

    private NotFilter Not(Filter clause, Token start)
        => new(Count(clause with { Position = start.Position }));

    private static bool IsOrder(Token token)
        => token.Kind == TokenKind.Symbol && token.Text is "<" or "<=" or ">" or ">=";

    private RangeClause ParseOrder(string attribute)
    {
        string order = Take().Text;
        RangeBound bound = new(ParseOperand(), order is "<=" or ">=");
        return order[0] == '<' ? new RangeClause(attribute, null, bound) : new RangeClause(attribute, bound, null);
    }

    /// <summary>
    /// <c>1 &lt; size</c>, <c>1 &lt; size &lt;= 5</c> or <c>5 >= size > 1</c>: one value between both.
    /// </summary>
    private RangeClause ParseChainedRange()
    {
        Operand first = ParseOperand();
        if (!IsOrder(_token))
        {
            throw Expected("<, <=, > or >= after a value");
        }

        string order = Take().Text;
        string attribute = IsAttribute() ? Take().Text : throw Expected("an attribute");
        RangeBound firstBound = new(first, order is "<=" or ">=");
        RangeBound? secondBound = null;
        if (IsOrder(_token))
        {
            string secondOrder = _token.Text[0] == order[0]
                ? Take().Text
                : throw Expected($"{order[0]} or {order[0]}=");
            secondBound = new RangeBound(ParseOperand(), secondOrder is "<=" or ">=");
        }

        return order[0] == '<'
            ? new RangeClause(attribute, firstBound, secondBound)
            : new RangeClause(attribute, secondBound, firstBound);
    }
}
