using System.Text.Json;

namespace Linr.Filters;

/// <summary>Writes the JSON form.</summary>
internal static class FilterJsonWriter
{
    public static void Write(Utf8JsonWriter writer, Filter filter)
    {
        switch (filter)
        {
            case ConstantFilter constant:
                writer.WriteBooleanValue(constant.Passes);
                return;
            case AndFilter and:
                WriteGroup(writer, JsonWords.And, and.Filters);
                return;
            case OrFilter or:
                WriteGroup(writer, JsonWords.Or, or.Filters);
                return;
            case NotFilter not:
                writer.WriteStartObject();
                writer.WritePropertyName(JsonWords.Not);
                Write(writer, not.Inner);
                writer.WriteEndObject();
                return;
            default:
                writer.WriteStartObject();
                WriteClause(writer, filter);
                writer.WriteEndObject();
                return;
        }
    }

    private static void WriteGroup(Utf8JsonWriter writer, string key, FilterList<Filter> filters)
    {
        writer.WriteStartObject();
        writer.WriteStartArray(key);
        foreach (Filter filter in filters.Span)
        {
            Write(writer, filter);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteClause(Utf8JsonWriter writer, Filter clause)
    {
        switch (clause)
        {
            case EqualClause equal:
                writer.WriteString(JsonWords.Attribute, equal.Attribute);
                Write(writer, JsonWords.Equals, equal.Value);
                break;
            case InClause any:
                writer.WriteString(JsonWords.Attribute, any.Attribute);
                WriteList(writer, JsonWords.In, any.Values);
                break;
            case ContainsAllClause all:
                writer.WriteString(JsonWords.Attribute, all.Attribute);
                WriteList(writer, JsonWords.ContainsAll, all.Values);
                break;
            case RangeClause range:
                writer.WriteString(JsonWords.Attribute, range.Attribute);
                WriteBound(writer, range.Low, JsonWords.AtLeast, JsonWords.Above);
                WriteBound(writer, range.High, JsonWords.AtMost, JsonWords.Below);
                break;
            case ExistsClause exists:
                writer.WriteString(JsonWords.Attribute, exists.Attribute);
                writer.WriteBoolean(JsonWords.Exists, true);
                break;
            case IdClause id:
                WriteList(writer, JsonWords.Ids, id.Ids);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"No JSON form for {clause.GetType().Name}.");
        }
    }

    private static void WriteBound(Utf8JsonWriter writer, RangeBound? bound, string inclusive, string exclusive)
    {
        if (bound is { } present)
        {
            Write(writer, present.Inclusive ? inclusive : exclusive, present.Value);
        }
    }

    private static void WriteList(Utf8JsonWriter writer, string key, FilterList<Operand> operands)
    {
        if (operands.Count == 1 && operands[0].ParameterName is not null)
        {
            Write(writer, key, operands[0]);
            return;
        }

        writer.WriteStartArray(key);
        foreach (Operand operand in operands.Span)
        {
            Write(writer, operand);
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, string key, Operand operand)
    {
        writer.WritePropertyName(key);
        Write(writer, operand);
    }

    private static void Write(Utf8JsonWriter writer, Operand operand)
    {
        if (operand.ParameterName is not null)
        {
            WriteTagged(writer, JsonWords.Parameter, operand.ParameterName);
            return;
        }

        Value literal = operand.Literal;
        switch (literal.Type)
        {
            case FieldType.Integer:
                writer.WriteNumberValue(literal.Integer);
                break;
            case FieldType.Boolean:
                writer.WriteBooleanValue(literal.Boolean);
                break;
            case FieldType.Float when double.IsFinite(literal.Float):
                // A point or an exponent is what tells a float from an integer.
                writer.WriteRawValue(NumberText.Format(literal.Float));
                break;
            case FieldType.Float:
                WriteTagged(writer, JsonWords.Float, NumberText.Format(literal.Float));
                break;
            case FieldType.Date when DateText.Format(literal.Integer) is { } iso:
                WriteTagged(writer, JsonWords.Date, iso);
                break;
            case FieldType.Date:
                writer.WriteStartObject();
                writer.WriteNumber(JsonWords.Date, literal.Integer);
                writer.WriteEndObject();
                break;
            default:
                writer.WriteStringValue(literal.Text);
                break;
        }
    }

    private static void WriteTagged(Utf8JsonWriter writer, string key, string value)
    {
        writer.WriteStartObject();
        writer.WriteString(key, value);
        writer.WriteEndObject();
    }
}
