namespace Linr.Filters;

/// <content>Clauses and their operands.</content>
internal sealed partial class FilterPreparer
{
    private readonly Dictionary<string, int> _fields = schema.Fields
        .Select((field, index) => (field.Name, index))
        .ToDictionary(pair => pair.Name, pair => pair.index, StringComparer.Ordinal);

    private PreparedNode PrepareClause(Filter clause)
    {
        (string name, FilterList<Operand> values) = clause switch
        {
            EqualClause equal => (equal.Attribute, [equal.Value]),
            InClause any => (any.Attribute, any.Values),
            ContainsAllClause all => (all.Attribute, all.Values),
            RangeClause range => (range.Attribute, default),
            ExistsClause exists => (exists.Attribute, default),
            _ => throw new System.Diagnostics.UnreachableException($"No such clause: {clause.GetType().Name}."),
        };
        if (!_fields.TryGetValue(name, out int field) || !schema.Fields[field].IsAttribute)
        {
            Add(Unknown(name, isField: _fields.ContainsKey(name)), clause.Position);
            return new PreparedConstant(false);
        }

        return clause switch
        {
            RangeClause range => PrepareRange(range, field),
            ContainsAllClause { Values.Count: 0 } or ExistsClause => new PreparedExists(field, schema.Fields[field]),
            _ => PrepareValues(clause, field, values),
        };
    }

    private string Unknown(string name, bool isField) => isField
        ? $"Expected an attribute; found the field {FilterFormatter.FormatName(name)}, which filters do not test."
        : NearestName.Unknown("attribute", name, schema.Fields.Where(one => one.IsAttribute).Select(one => one.Name));

    private PreparedValues PrepareValues(Filter clause, int field, FilterList<Operand> operands)
    {
        FieldSchema attribute = schema.Fields[field];
        OperandTarget target = new(attribute, schema.IdKind, IsBound: false);
        string key = clause switch
        {
            EqualClause => JsonWords.Equals,
            InClause => JsonWords.In,
            _ => JsonWords.ContainsAll,
        };
        int listMax = clause switch
        {
            EqualClause => 0,
            InClause => Limits.FilterValuesMax,
            _ => Limits.FilterNodesMax,
        };
        HashSet<Value> literals = new(operands.Count);
        List<ParameterUse> parameters = [];
        bool hasUnequal = false;
        for (int i = 0; i < operands.Count; i++)
        {
            Operand operand = operands[i];
            if (operand.ParameterName is not null)
            {
                parameters.Add(Use(operand, target, listMax, Position(operand, i)));
            }
            else if (target.FindProblem(operand.Literal) is { } problem)
            {
                Add(problem, Position(operand, i));
            }
            else if (ValueTyping.Fit(operand.Literal, attribute.Type, isBound: false, out Value typed) == ValueFit.Exact)
            {
                literals.Add(typed);
            }
            else
            {
                hasUnequal = true;
            }
        }

        return new PreparedValues(
            field, attribute, clause is ContainsAllClause, [.. literals], hasUnequal, [.. parameters]);

        FilterPosition Position(Operand operand, int i)
            => PositionOf(clause, operand, key, clause is EqualClause ? null : i);
    }

    private PreparedNode PrepareRange(RangeClause clause, int field)
    {
        FieldSchema attribute = schema.Fields[field];
        if (attribute.Type is FieldType.Keyword or FieldType.Boolean)
        {
            Add(
                $"Expected an attribute of numbers or dates, which have an order; found "
                + $"{FilterFormatter.FormatName(attribute.Name)} of type {attribute.Type}.",
                clause.Position);
            return new PreparedConstant(false);
        }

        ParameterUse? low = PrepareBound(clause, clause.Low, attribute, JsonWords.AtLeast, JsonWords.Above);
        ParameterUse? high = PrepareBound(clause, clause.High, attribute, JsonWords.AtMost, JsonWords.Below);
        return new PreparedRange(field, attribute, clause, low, high);
    }

    private ParameterUse? PrepareBound(
        RangeClause clause, RangeBound? bound, FieldSchema attribute, string inclusiveKey, string exclusiveKey)
    {
        if (bound is not { Value: { } operand })
        {
            return null;
        }

        OperandTarget target = new(attribute, schema.IdKind, IsBound: true);
        string key = bound.Value.Inclusive ? inclusiveKey : exclusiveKey;
        FilterPosition position = PositionOf(clause, operand, key, null);
        if (operand.ParameterName is not null)
        {
            return Use(operand, target, listMax: 0, position);
        }

        if (target.FindProblem(operand.Literal) is { } problem)
        {
            Add(problem, position);
        }

        return null;
    }

    private PreparedIds PrepareIds(IdClause clause)
    {
        OperandTarget target = new(null, schema.IdKind, IsBound: false);
        IdListBuilder ids = new(schema.IdKind, clause.Ids.Count);
        List<ParameterUse> parameters = [];
        for (int i = 0; i < clause.Ids.Count; i++)
        {
            Operand operand = clause.Ids[i];
            if (operand.ParameterName is not null)
            {
                FilterPosition position = PositionOf(clause, operand, JsonWords.Ids, i);
                parameters.Add(Use(operand, target, Limits.FilterValuesMax, position));
            }
            else if (!ids.TryAdd(operand.Literal))
            {
                Add(target.FindProblem(operand.Literal)!, PositionOf(clause, operand, JsonWords.Ids, i));
            }
        }

        return new PreparedIds(ids.ToList(), [.. parameters]);
    }

    private ParameterUse Use(Operand operand, OperandTarget target, int listMax, FilterPosition position)
    {
        ParameterUse use = new(operand.ParameterName!, target, listMax, position);
        _parameters.Add(use);
        return use;
    }

    /// <summary>The operand's own position, with the JSON path that its clause implies.</summary>
    private static FilterPosition PositionOf(Filter clause, Operand operand, string key, int? index)
    {
        if (!operand.Position.IsKnown)
        {
            return clause.Position;
        }

        bool isListed = index is not null && operand.ParameterName is null;
        return clause.Position.Path is { } path
            ? operand.Position with { Path = isListed ? $"{path}.{key}[{index}]" : $"{path}.{key}" }
            : operand.Position;
    }
}
