using System.Linq.Expressions;

namespace Linr.Filters;

/// <summary>Tells the item's properties from all other expressions.</summary>
/// <param name="item">The item, the parameter of the expression.</param>
/// <param name="attributeName">The attribute of a property's name.</param>
/// <param name="idProperty">The property that stands for the id.</param>
internal sealed class ItemMembers(ParameterExpression item, Func<string, string> attributeName, string idProperty)
{
    /// <summary>
    /// The property that an expression reads, seen through conversions and <c>Nullable.Value</c>; or null.
    /// </summary>
    public string? Find(Expression expression) => WithoutConversion(expression) switch
    {
        MemberExpression { Member.Name: "Value", Expression: { } nullable } value
            when Nullable.GetUnderlyingType(nullable.Type) == value.Type => Find(nullable),
        MemberExpression member when member.Expression == item => member.Member.Name,
        _ => null,
    };

    public bool IsId(string property) => property == idProperty;

    public string AttributeOf(string property) => attributeName(property);

    /// <summary>Whether an expression reads the item anywhere.</summary>
    public bool IsUsedIn(Expression expression)
    {
        Search search = new(item);
        search.Visit(expression);
        return search.IsFound;
    }

    /// <summary>Conversions of numbers, of null-able values and, as C# 14 writes them, of arrays to spans.</summary>
    public static Expression WithoutConversion(Expression expression) => expression switch
    {
        UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } convert
            => WithoutConversion(convert.Operand),
        MethodCallExpression { Method: { Name: "op_Implicit", IsStatic: true }, Arguments.Count: 1 } call
            => WithoutConversion(call.Arguments[0]),
        _ => expression,
    };

    private sealed class Search(ParameterExpression item) : ExpressionVisitor
    {
        public bool IsFound { get; private set; }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            IsFound |= node == item;
            return node;
        }
    }
}
