using System.Text.Json;

namespace Linr.Filters;

/// <content>Filters and clauses.</content>
internal ref partial struct FilterJsonReader
{
    private Filter ReadFilter(int depth)
    {
        FilterPosition position = Position() with { Path = _path.ToString() };
        if (depth > Limits.FilterDepthMax)
        {
            throw Problem($"Expected a depth of at most {Limits.FilterDepthMax}; found more.");
        }

        if (++_nodeCount > Limits.FilterNodesMax)
        {
            throw Problem($"Expected at most {Limits.FilterNodesMax} clauses and operators; found more.");
        }

        return _json.TokenType switch
        {
            JsonTokenType.True => new ConstantFilter(true) { Position = position },
            JsonTokenType.False => new ConstantFilter(false) { Position = position },
            JsonTokenType.StartObject => ReadObject(depth, position) with { Position = position },
            _ => throw Expected("a filter: an object, true or false"),
        };
    }

    private Filter ReadObject(int depth, FilterPosition position)
    {
        JsonClause clause = new();
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (Advance(); _json.TokenType != JsonTokenType.EndObject; Advance())
        {
            string key = _json.GetString()!;
            if (!seen.Add(key))
            {
                throw Problem($"Expected each key once; found a second \"{key}\".");
            }

            if (!JsonWords.OfFilters.Contains(key))
            {
                throw Problem(NearestName.Unknown("key", key, JsonWords.OfFilters));
            }

            int outer = Enter(key);
            Advance();
            ReadKey(clause, key, depth);
            Leave(outer);
        }

        return Combine(clause, seen, position);
    }

    private void ReadKey(JsonClause clause, string key, int depth)
    {
        switch (key)
        {
            case JsonWords.And or JsonWords.Or:
                FilterList<Filter> filters = ReadFilters(depth + 1);
                clause.Whole = key == JsonWords.And ? new AndFilter(filters) : new OrFilter(filters);
                break;
            case JsonWords.Not:
                clause.Whole = new NotFilter(ReadFilter(depth + 1));
                break;
            case JsonWords.Ids:
                clause.Whole = new IdClause(ReadList());
                break;
            case JsonWords.Attribute:
                clause.Attribute = ReadName();
                break;
            case JsonWords.Exists:
                clause.Test = _json.TokenType switch
                {
                    JsonTokenType.True => name => new ExistsClause(name),
                    JsonTokenType.False => name => new NotFilter(new ExistsClause(name)),
                    _ => throw Expected("true or false"),
                };
                break;
            case JsonWords.Equals:
                Operand equal = ReadOperand();
                clause.Test = name => new EqualClause(name, equal);
                break;
            case JsonWords.In or JsonWords.ContainsAll:
                FilterList<Operand> values = ReadList();
                clause.Test = key == JsonWords.In
                    ? name => new InClause(name, values)
                    : name => new ContainsAllClause(name, values);
                break;
            case JsonWords.Above or JsonWords.AtLeast:
                clause.Low = new RangeBound(ReadOperand(), key == JsonWords.AtLeast);
                break;
            default:
                clause.High = new RangeBound(ReadOperand(), key == JsonWords.AtMost);
                break;
        }
    }

    /// <summary>One object is one test: a group, an id list, or an attribute with one test or one range.</summary>
    private readonly Filter Combine(JsonClause clause, HashSet<string> seen, FilterPosition position)
    {
        bool isRange = clause.Low is not null || clause.High is not null;
        int rangeKeys = (clause.Low is null ? 0 : 1) + (clause.High is null ? 0 : 1);
        int keysUsed = clause.Whole is not null ? 1 : 1 + (isRange ? rangeKeys : 1);
        bool hasTest = clause.Attribute is not null && (clause.Test is not null || isRange);
        if (keysUsed != seen.Count || (clause.Whole is null && !hasTest))
        {
            string found = seen.Count == 0 ? "none" : string.Join(", ", seen.Order(StringComparer.Ordinal));
            throw Problem(
                "Expected one of and, or, not, ids, or an attribute with one of equals, in, containsAll, exists, "
                + $"or with a low bound (gt, gte), a high bound (lt, lte) or both; found {found}.",
                position);
        }

        return clause.Whole
            ?? (isRange
                ? new RangeClause(clause.Attribute!, clause.Low, clause.High)
                : WithInnerPosition(clause.Test!(clause.Attribute!), position));
    }

    private static Filter WithInnerPosition(Filter test, FilterPosition position)
        => test is NotFilter not ? not with { Inner = not.Inner with { Position = position } } : test;

    private FilterList<Filter> ReadFilters(int depth)
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            throw Expected("an array of filters");
        }

        FilterPosition start = Position();
        List<Filter> filters = [];
        for (Advance(); _json.TokenType != JsonTokenType.EndArray; Advance())
        {
            int outer = Enter(filters.Count);
            filters.Add(ReadFilter(depth));
            Leave(outer);
        }

        return filters.Count >= 2
            ? [.. filters]
            : throw Problem($"Expected at least two filters; found {filters.Count}.", start);
    }

    private string ReadName() => _json.TokenType == JsonTokenType.String
        ? _json.GetString()!
        : throw Expected("the attribute's name, a string");
}
