namespace Linr.Filters;

/// <summary>Reads the text form by recursive descent: OR, AND, NOT, then clauses.</summary>
internal sealed partial class FilterParser
{
    private readonly FilterLexer _lexer;
    private Token _token;
    private Token _following;
    private int _depth;
    private int _nodeCount;

    public FilterParser(string text)
    {
        _lexer = new FilterLexer(text);
        _token = _lexer.Next();
        _following = _token.Kind == TokenKind.End ? _token : _lexer.Next();
    }

    public Filter Parse()
    {
        Filter filter = ParseOr();
        return _token.Kind == TokenKind.End ? filter : throw Expected("and, or, or the end");
    }

    private Filter ParseOr()
    {
        Filter first = ParseAnd();
        if (!_token.IsWord(Words.Or))
        {
            return first;
        }

        List<Filter> filters = [first];
        while (TakeWord(Words.Or))
        {
            filters.Add(ParseAnd());
        }

        return Count(new OrFilter([.. filters]) { Position = first.Position });
    }

    private Filter ParseAnd()
    {
        Filter first = ParseNot();
        if (!_token.IsWord(Words.And))
        {
            return first;
        }

        List<Filter> filters = [first];
        while (TakeWord(Words.And))
        {
            filters.Add(ParseNot());
        }

        return Count(new AndFilter([.. filters]) { Position = first.Position });
    }

    private Filter ParseNot()
    {
        FilterPosition position = _token.Position;
        if (TakeWord(Words.Not))
        {
            Descend(position);
            Filter inner = ParseNot();
            _depth--;
            return Count(new NotFilter(inner) { Position = position });
        }

        if (TakeSymbol("("))
        {
            Descend(position);
            Filter inner = ParseOr();
            _depth--;
            return TakeSymbol(")") ? inner : throw Expected("and, or, or )");
        }

        return Count(ParseClause());
    }

    private void Descend(FilterPosition position)
    {
        if (++_depth > Limits.FilterDepthMax)
        {
            throw Problem($"Expected at most {Limits.FilterDepthMax} nested NOTs and brackets; found more.", position);
        }
    }

    private T Count<T>(T filter)
        where T : Filter
        => ++_nodeCount <= Limits.FilterNodesMax
            ? filter
            : throw Problem(
                $"Expected at most {Limits.FilterNodesMax} clauses and operators; found more.", filter.Position);

    private Token Take()
    {
        Token taken = _token;
        _token = _following;
        if (_following.Kind != TokenKind.End)
        {
            _following = _lexer.Next();
        }

        return taken;
    }

    private bool TakeWord(string word)
    {
        bool isWord = _token.IsWord(word);
        if (isWord)
        {
            Take();
        }

        return isWord;
    }

    private bool TakeSymbol(string symbol)
    {
        bool isSymbol = _token.IsSymbol(symbol);
        if (isSymbol)
        {
            Take();
        }

        return isSymbol;
    }

    private FilterException Expected(string what)
        => Problem($"Expected {what}; found {_token.Describe()}.", _token.Position);

    private static FilterException Problem(string message, FilterPosition position)
        => new(new FilterProblem(message, position));
}
