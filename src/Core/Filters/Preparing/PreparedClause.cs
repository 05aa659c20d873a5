namespace Linr.Filters;

/// <summary>A clause on an attribute.</summary>
/// <param name="field">The attribute's position among the schema's fields.</param>
/// <param name="schema">The attribute.</param>
internal abstract class PreparedClause(int field, FieldSchema schema) : PreparedNode
{
    private const int MultiValuedCost = 60;

    public int Field { get; } = field;

    public FieldSchema Schema { get; } = schema;

    public override int Cost => Schema.MultiValued ? MultiValuedCost : Schema.Type switch
    {
        FieldType.Boolean => 2,
        FieldType.Keyword => 4,
        _ => 10,
    };
}

/// <summary>Any or all of some values.</summary>
internal sealed class PreparedValues(
    int field, FieldSchema schema, bool isAll, Value[] literals, bool hasUnequal, ParameterUse[] parameters)
    : PreparedClause(field, schema)
{
    public bool IsAll { get; } = isAll;

    /// <summary>The literals, of the attribute's type, each once.</summary>
    public Value[] Literals { get; } = literals;

    /// <summary>Whether there is a literal that no value of the attribute's type equals.</summary>
    public bool HasUnequal { get; } = hasUnequal;

    public ParameterUse[] Parameters { get; } = parameters;
}

/// <summary>A range of numbers or dates.</summary>
internal sealed class PreparedRange(int field, FieldSchema schema, RangeClause clause, ParameterUse? low, ParameterUse? high)
    : PreparedClause(field, schema)
{
    public RangeClause Clause { get; } = clause;

    public ParameterUse? Low { get; } = low;

    public ParameterUse? High { get; } = high;
}

/// <summary>Whether there is a value.</summary>
internal sealed class PreparedExists(int field, FieldSchema schema) : PreparedClause(field, schema);

/// <summary>An allow list of ids.</summary>
internal sealed class PreparedIds(IdList literals, ParameterUse[] parameters) : PreparedNode
{
    public IdList Literals { get; } = literals;

    public ParameterUse[] Parameters { get; } = parameters;

    public override int Cost => 1;
}
