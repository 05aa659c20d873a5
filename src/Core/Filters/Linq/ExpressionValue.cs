using System.Linq.Expressions;
using System.Reflection;

namespace Linr.Filters;

/// <summary>Computes the parts of an expression that do not depend on the item.</summary>
internal static class ExpressionValue
{
    /// <summary>The value of an expression.</summary>
    public static object? Of(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field, Expression: var owner }
            => field.GetValue(owner is null ? null : Of(owner)),
        _ => Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object)))
            .Compile(preferInterpretation: true)(),
    };

    /// <summary>The operand for a value of the caller's.</summary>
    public static bool TryConvert(object? value, out Operand operand)
    {
        Value? converted = value switch
        {
            string text => Value.OfKeyword(text),
            Guid guid => Value.OfKeyword(guid.ToString()),
            bool boolean => Value.OfBoolean(boolean),
            sbyte or byte or short or ushort or int or uint or long
                => Value.OfInteger(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)),
            ulong and <= long.MaxValue => Value.OfInteger((long)(ulong)value),
            Half half => OfFloat((double)half),
            float number => OfFloat(number),
            double number => OfFloat(number),
            decimal number => OfFloat((double)number),
            DateTimeOffset date => Value.OfDate(date),
            DateTime date => Value.OfDate(new DateTimeOffset(date.Kind == DateTimeKind.Unspecified
                ? DateTime.SpecifyKind(date, DateTimeKind.Utc)
                : date)),
            DateOnly date => Value.OfDate(new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero)),
            ItemId id => ((Operand)id).Literal,
            Value given when given.Type <= FieldType.Date => given,
            _ => null,
        };
        operand = converted is { } literal ? new Operand(literal) : default;
        return converted is not null;
    }

    /// <summary>The error for an expression that is no filter.</summary>
    public static FilterException Unsupported(Expression expression) => new(new FilterProblem(
        "Expected a comparison of a property with a value, &&, ||, !, a boolean property or Contains; "
        + $"found {expression} ({expression.NodeType}).",
        default));

    private static Value? OfFloat(double number) => double.IsNaN(number) ? (Value?)null : Value.OfFloat(number);
}
