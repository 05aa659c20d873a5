using System.Numerics;
using Linr.Filters;

namespace Linr.Tests.Engine.Filters;

/// <summary>What a filter means, over items and without plans: the twin that plans are held to.</summary>
internal static class NaiveFilter
{
    public static bool Passes(Filter filter, Item item, Schema schema) => filter switch
    {
        ConstantFilter constant => constant.Passes,
        AndFilter and => and.Filters.All(inner => Passes(inner, item, schema)),
        OrFilter or => or.Filters.Any(inner => Passes(inner, item, schema)),
        NotFilter not => !Passes(not.Inner, item, schema),
        EqualClause equal => ValuesOf(item, equal.Attribute).Any(value => Compare(value, equal.Value.Literal) == 0),
        InClause any => ValuesOf(item, any.Attribute)
            .Any(value => any.Values.Any(operand => Compare(value, operand.Literal) == 0)),
        ContainsAllClause all => ValuesOf(item, all.Attribute) is { Count: > 0 } values
            && all.Values.All(operand => values.Any(value => Compare(value, operand.Literal) == 0)),
        RangeClause range => ValuesOf(item, range.Attribute).Any(value => IsWithin(value, range)),
        ExistsClause exists => ValuesOf(item, exists.Attribute).Count > 0,
        IdClause id
            => id.Ids.Any(operand => operand.Literal.ToString().Equals(item.Id.ToString(), StringComparison.Ordinal)),
        _ => throw new ArgumentException($"No such filter: {filter}", nameof(filter)),
    };

    private static IReadOnlyList<Value> ValuesOf(Item item, string attribute)
        => item.Fields.TryGetValue(attribute, out IReadOnlyList<Value>? values) ? values : [];

    private static bool IsWithin(Value value, RangeClause range)
        => (range.Low is not { } low || Compare(value, low.Value.Literal) is int above && (
            above > 0 || (above == 0 && low.Inclusive)))
            && (range.High is not { } high || Compare(value, high.Value.Literal) is int below && (
                below < 0 || (below == 0 && high.Inclusive)));

    private static int Compare(Value value, Value operand) => (value.Type, operand.Type) switch
    {
        (FieldType.Keyword, _) when operand.Type == FieldType.Keyword
            => string.CompareOrdinal(value.Text, operand.Text),
        (FieldType.Boolean, _) => value.Boolean.CompareTo(operand.Boolean),
        (FieldType.Date, FieldType.Keyword) => value.Date.CompareTo(DateTimeOffset.Parse(operand.Text, null)),
        (FieldType.Date, _) => value.Integer.CompareTo(operand.Integer),
        _ => CompareNumbers(value, operand),
    };

    private static int CompareNumbers(Value left, Value right)
    {
        if (left.Type == FieldType.Float && double.IsInfinity(left.Float))
        {
            return right.Type == FieldType.Float && right.Float == left.Float ? 0 : Math.Sign(left.Float);
        }

        if (right.Type == FieldType.Float && double.IsInfinity(right.Float))
        {
            return -Math.Sign(right.Float);
        }

        return Scaled(left).CompareTo(Scaled(right));
    }

    /// <summary>The number times 2 to the 1,074: every finite double is then an integer.</summary>
    private static BigInteger Scaled(Value number)
    {
        const int exponentMin = 1_074;
        if (number.Type == FieldType.Integer)
        {
            return new BigInteger(number.Integer) << exponentMin;
        }

        long bits = BitConverter.DoubleToInt64Bits(number.Float);
        int exponent = (int)(bits >> 52 & 0x7FF);
        BigInteger mantissa = (bits & 0xF_FFFF_FFFF_FFFF) | (exponent == 0 ? 0 : 1L << 52);
        BigInteger scaled = mantissa << Math.Max(0, exponent - 1);
        return bits < 0 ? -scaled : scaled;
    }
}
