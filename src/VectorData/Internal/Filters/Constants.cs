using System.Linq.Expressions;

namespace Linr.VectorData;

/// <summary>Computes parts of an expression that do not read the record.</summary>
internal static class Constants
{
    /// <summary>The value of an expression.</summary>
    public static object? Of(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        UnaryExpression { NodeType: ExpressionType.Convert, Method: null } up
            when !up.Type.IsValueType || Nullable.GetUnderlyingType(up.Type) == up.Operand.Type => Of(up.Operand),
        _ => Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object)))
            .Compile(preferInterpretation: true)(),
    };

    /// <summary>Whether an expression reads a parameter anywhere.</summary>
    public static bool Uses(Expression expression, ParameterExpression parameter)
    {
        var search = new Search(parameter);
        search.Visit(expression);
        return search.IsFound;
    }

    private sealed class Search(ParameterExpression parameter) : ExpressionVisitor
    {
        public bool IsFound { get; private set; }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            IsFound |= node == parameter;
            return node;
        }
    }
}
