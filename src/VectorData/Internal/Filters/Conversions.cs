using System.Linq.Expressions;

namespace Linr.VectorData;

/// <summary>What the compiler adds around a property that is compared with a value of a wider type.</summary>
internal static class Conversions
{
    private static readonly Type[] s_integers =
        [typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long)];

    private static readonly Type[] s_wide = [typeof(float), typeof(double), typeof(decimal)];

    /// <summary>The expression without conversions that lose nothing, and without <c>Nullable.Value</c>.</summary>
    public static Expression Without(Expression expression) => expression switch
    {
        UnaryExpression { NodeType: ExpressionType.Convert, Method: null } convert
            when IsWidening(convert.Operand.Type, convert.Type) => Without(convert.Operand),
        MemberExpression { Member.Name: nameof(Nullable<int>.Value), Expression: { } nullable } value
            when Nullable.GetUnderlyingType(nullable.Type) == value.Type => Without(nullable),
        _ => expression,
    };

    private static bool IsWidening(Type from, Type to)
    {
        (from, to) = (Nullable.GetUnderlyingType(from) ?? from, Nullable.GetUnderlyingType(to) ?? to);
        return from == to
            || (s_integers.Contains(from) && s_wide.Contains(to))
            || (from == typeof(float) && to == typeof(double))
            || (Array.IndexOf(s_integers, from) is >= 0 and int narrow && Array.IndexOf(s_integers, to) > narrow);
    }
}
