using System.Globalization;
using System.Text;

namespace Linr.Filters;

/// <summary>Writes the canonical text form.</summary>
internal static class FilterFormatter
{
    public static string Format(Filter filter)
    {
        StringBuilder text = new();
        Append(text, filter);
        return text.ToString();
    }

    public static string Format(Operand operand) => Append(new StringBuilder(), operand).ToString();

    /// <summary>The attribute as the text form writes it.</summary>
    public static string FormatName(string attribute) => PlainName.Is(attribute) && !Words.IsReserved(attribute)
        ? attribute
        : $"\"{attribute.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static void Append(StringBuilder text, Filter filter)
    {
        switch (filter)
        {
            case ConstantFilter constant:
                text.Append(constant.Passes ? Words.True : Words.False);
                break;
            case AndFilter and:
                AppendGroup(text, and.Filters, " and ", static inner => inner is AndFilter or OrFilter);
                break;
            case OrFilter or:
                AppendGroup(text, or.Filters, " or ", static inner => inner is OrFilter);
                break;
            case NotFilter not:
                AppendNot(text, not.Inner);
                break;
            default:
                AppendClause(text, filter, not: string.Empty);
                break;
        }
    }

    private static void AppendGroup(
        StringBuilder text, FilterList<Filter> filters, string between, Func<Filter, bool> needsBrackets)
    {
        for (int i = 0; i < filters.Count; i++)
        {
            text.Append(i == 0 ? string.Empty : between);
            AppendInner(text, filters[i], needsBrackets(filters[i]));
        }
    }

    private static void AppendInner(StringBuilder text, Filter filter, bool inBrackets)
    {
        text.Append(inBrackets ? "(" : string.Empty);
        Append(text, filter);
        text.Append(inBrackets ? ")" : string.Empty);
    }

    private static void AppendNot(StringBuilder text, Filter inner)
    {
        bool isOneSided = inner is RangeClause range && !IsBetween(range);
        if (isOneSided || inner is ConstantFilter or NotFilter or AndFilter or OrFilter)
        {
            text.Append("not ");
            AppendInner(text, inner, inner is AndFilter or OrFilter);
            return;
        }

        AppendClause(text, inner, "not ");
    }

    private static void AppendClause(StringBuilder text, Filter clause, string not)
    {
        bool isNot = not.Length > 0;
        switch (clause)
        {
            case EqualClause equal:
                text.Append(FormatName(equal.Attribute)).Append(isNot ? " != " : " = ");
                Append(text, equal.Value);
                break;
            case InClause any:
                text.Append(FormatName(any.Attribute)).Append(' ').Append(not).Append("in ");
                AppendList(text, any.Values);
                break;
            case ContainsAllClause all:
                text.Append(FormatName(all.Attribute)).Append(' ').Append(not).Append("contains all ");
                AppendList(text, all.Values);
                break;
            case RangeClause range:
                AppendRange(text, range, not);
                break;
            case ExistsClause exists:
                text.Append(FormatName(exists.Attribute)).Append(isNot ? " missing" : " exists");
                break;
            case IdClause { Ids.Count: 1 } id when id.Ids[0].ParameterName is null:
                text.Append(isNot ? "id != " : "id = ");
                Append(text, id.Ids[0]);
                break;
            case IdClause id:
                text.Append("id ").Append(not).Append("in ");
                AppendList(text, id.Ids);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"No text form for {clause.GetType().Name}.");
        }
    }

    private static bool IsBetween(RangeClause range) => range is { Low.Inclusive: true, High.Inclusive: true };

    private static void AppendRange(StringBuilder text, RangeClause range, string not)
    {
        string name = FormatName(range.Attribute);
        switch (range.Low, range.High)
        {
            case ({ Inclusive: true } low, { Inclusive: true } high):
                text.Append(name).Append(' ').Append(not).Append("between ");
                Append(text, low.Value).Append(" and ");
                Append(text, high.Value);
                break;
            case ({ } low, { } high):
                Append(text, low.Value).Append(low.Inclusive ? " <= " : " < ").Append(name);
                Append(text.Append(high.Inclusive ? " <= " : " < "), high.Value);
                break;
            case ({ } low, null):
                Append(text.Append(name).Append(low.Inclusive ? " >= " : " > "), low.Value);
                break;
            default:
                RangeBound top = range.High!.Value;
                Append(text.Append(name).Append(top.Inclusive ? " <= " : " < "), top.Value);
                break;
        }
    }

    private static void AppendList(StringBuilder text, FilterList<Operand> operands)
    {
        if (operands.Count == 1 && operands[0].ParameterName is not null)
        {
            Append(text, operands[0]);
            return;
        }

        text.Append('(');
        for (int i = 0; i < operands.Count; i++)
        {
            Append(text.Append(i == 0 ? string.Empty : ", "), operands[i]);
        }

        text.Append(')');
    }

    private static StringBuilder Append(StringBuilder text, Operand operand)
    {
        if (operand.ParameterName is not null)
        {
            return text.Append('@').Append(operand.ParameterName);
        }

        Value literal = operand.Literal;
        switch (literal.Type)
        {
            case FieldType.Keyword:
                return text.Append('\'').Append(literal.Text.Replace("'", "''", StringComparison.Ordinal)).Append('\'');
            case FieldType.Float:
                return text.Append(NumberText.Format(literal.Float));
            case FieldType.Date when DateText.Format(literal.Integer) is { } iso:
                return text.Append("date '").Append(iso).Append('\'');
            case FieldType.Date:
                return text.Append("date ").Append(literal.Integer.ToString(CultureInfo.InvariantCulture));
            default:
                return text.Append(literal.ToString());
        }
    }
}
