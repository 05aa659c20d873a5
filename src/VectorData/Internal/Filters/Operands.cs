using System.Collections;
using System.Globalization;
using System.Linq.Expressions;
using Linr.Filters;

namespace Linr.VectorData;

/// <summary>Clauses of a property and values of .NET.</summary>
internal static class Operands
{
    /// <summary>Holds where the property has the value, among others or alone.</summary>
    public static Filter Equal(DataMap data, object? value)
        => value is not null && TryValue(data.Scalar, value, out Value kept) && IsPossible(data.Scalar, kept)
            ? new EqualClause(data.Field, kept)
            : Filter.Nothing;

    /// <summary>Holds where the property has one of the values.</summary>
    public static Filter In(DataMap data, IEnumerable<object> values)
    {
        var kept = new List<Operand>();
        foreach (object value in values)
        {
            if (TryValue(data.Scalar, value, out Value one) && IsPossible(data.Scalar, one))
            {
                kept.Add(one);
            }
        }

        return new InClause(data.Field, [.. kept]);
    }

    /// <summary>Holds where a list has these values in this order and no other; null where it cannot have one.</summary>
    public static Filter? EqualList(DataMap list, IEnumerable values)
    {
        var kept = new List<Value>();
        foreach (object? value in values)
        {
            if (value is null || !list.Scalar.TryWrite(value, out Value one, out _))
            {
                return null;
            }

            kept.Add(one);
        }

        return new EqualClause(list.WholeField, DataMap.WholeOf(kept));
    }

    /// <summary>Holds where the property lies on one side of a value; null where it has no order.</summary>
    /// <param name="data">The property.</param>
    /// <param name="order">The comparison.</param>
    /// <param name="isMirrored">Whether the value stands on its left.</param>
    /// <param name="value">The value; nothing compares with null or NaN.</param>
    public static Filter? Range(DataMap data, ExpressionType order, bool isMirrored, object? value)
    {
        bool isLess = order is ExpressionType.LessThan or ExpressionType.LessThanOrEqual;
        bool isMore = order is ExpressionType.GreaterThan or ExpressionType.GreaterThanOrEqual;
        if (!data.Scalar.IsOrdered || !(isLess || isMore))
        {
            return null;
        }

        if (value is null or double.NaN or float.NaN)
        {
            return Filter.Nothing;
        }

        if (!TryValue(data.Scalar, value, out Value kept))
        {
            return null;
        }

        var bound = new RangeBound(kept, order is ExpressionType.LessThanOrEqual or ExpressionType.GreaterThanOrEqual);
        return isLess != isMirrored
            ? new RangeClause(data.Field, low: null, bound)
            : new RangeClause(data.Field, bound, high: null);
    }

    // A value of the property's own type, or another number: those compare as the numbers that they are.
    private static bool TryValue(ScalarMap map, object value, out Value kept)
    {
        if (map.TryWrite(value, out kept, out _))
        {
            return map.Field != FieldType.Float || !double.IsNaN(kept.Float);
        }

        Value? number = map.Field is not (FieldType.Integer or FieldType.Float) ? (Value?)null : value switch
        {
            sbyte or byte or short or ushort or int or uint or long
                => Value.OfInteger(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            float or double when !double.IsNaN(Convert.ToDouble(value, CultureInfo.InvariantCulture))
                => Value.OfFloat(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            decimal exact when ScalarMaps.All[typeof(decimal)].TryWrite(exact, out Value whole, out _) => whole,
            _ => (Value?)null,
        };
        kept = number ?? default;
        return number is not null;
    }

    // An integer is equal to no fraction; a filter that asks for it is refused.
    private static bool IsPossible(ScalarMap map, Value kept)
        => map.Field != FieldType.Integer || kept.Type != FieldType.Float || double.IsInteger(kept.Float);
}
