using System.Linq.Expressions;

namespace Linr.Filters;

/// <summary>Translates a boolean expression over an item.</summary>
internal sealed class ExpressionTranslator(ItemMembers members)
{
    public Filter Translate(Expression expression)
    {
        if (!members.IsUsedIn(expression))
        {
            return new ConstantFilter(ExpressionValue.Of(expression) is true);
        }

        return expression switch
        {
            BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And } and
                => Translate(and.Left) & Translate(and.Right),
            BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } or
                => Translate(or.Left) | Translate(or.Right),
            UnaryExpression { NodeType: ExpressionType.Not } not => !Translate(not.Operand),
            BinaryExpression comparison => Compare(comparison),
            MethodCallExpression call => Call(call),
            MemberExpression { Member.Name: "HasValue", Expression: { } nullable }
            when members.Find(nullable) is { } property
                => new ExistsClause(AttributeOf(property, expression)),
            _ when members.Find(expression) is { } property => new EqualClause(AttributeOf(property, expression), true),
            _ => throw ExpressionValue.Unsupported(expression),
        };
    }

    private Filter Compare(BinaryExpression comparison)
    {
        string? left = members.Find(comparison.Left);
        string? property = left ?? members.Find(comparison.Right);
        Expression other = left is null ? comparison.Left : comparison.Right;
        if (property is null || members.IsUsedIn(other))
        {
            throw ExpressionValue.Unsupported(comparison);
        }

        object? value = ExpressionValue.Of(other);
        return comparison.NodeType switch
        {
            ExpressionType.Equal => Equal(property, value, comparison),
            ExpressionType.NotEqual => !Equal(property, value, comparison),
            _ => Range(
                AttributeOf(property, comparison), Order(comparison, left is null), ToOperand(value, comparison)),
        };
    }

    private Filter Equal(string property, object? value, Expression comparison)
    {
        if (members.IsId(property))
        {
            return new IdClause([ToOperand(value, comparison)]);
        }

        string attribute = AttributeOf(property, comparison);
        return value is null
            ? new NotFilter(new ExistsClause(attribute))
            : new EqualClause(attribute, ToOperand(value, comparison));
    }

    private static ExpressionType Order(BinaryExpression comparison, bool isMirrored)
        => (comparison.NodeType, isMirrored) switch
    {
        (ExpressionType.LessThan, true) => ExpressionType.GreaterThan,
        (ExpressionType.LessThanOrEqual, true) => ExpressionType.GreaterThanOrEqual,
        (ExpressionType.GreaterThan, true) => ExpressionType.LessThan,
        (ExpressionType.GreaterThanOrEqual, true) => ExpressionType.LessThanOrEqual,
        (ExpressionType.LessThan or ExpressionType.LessThanOrEqual, _) => comparison.NodeType,
        (ExpressionType.GreaterThan or ExpressionType.GreaterThanOrEqual, _) => comparison.NodeType,
        _ => throw ExpressionValue.Unsupported(comparison),
    };

    private static RangeClause Range(string attribute, ExpressionType order, Operand value) => order switch
    {
        ExpressionType.LessThan => new RangeClause(attribute, null, new RangeBound(value, false)),
        ExpressionType.LessThanOrEqual => new RangeClause(attribute, null, new RangeBound(value, true)),
        ExpressionType.GreaterThan => new RangeClause(attribute, new RangeBound(value, false), null),
        _ => new RangeClause(attribute, new RangeBound(value, true), null),
    };

    /// <summary>
    /// <c>item.Tags.Contains(x)</c> and <c>values.Contains(item.Section)</c>: methods of a list, of Enumerable, or of
    /// MemoryExtensions, which C# 14 prefers for arrays.
    /// </summary>
    private Filter Call(MethodCallExpression call)
    {
        List<Expression> arguments = call.Object is null ? [.. call.Arguments] : [call.Object, .. call.Arguments];
        bool hasDefaultComparer = arguments.Count == 3 && !members.IsUsedIn(arguments[2])
            && ExpressionValue.Of(arguments[2]) is null;
        if (call.Method.Name != nameof(Enumerable.Contains) || !(arguments.Count == 2 || hasDefaultComparer)
            || arguments[0].Type == typeof(string))
        {
            throw ExpressionValue.Unsupported(call);
        }

        if (members.Find(arguments[0]) is { } list && !members.IsUsedIn(arguments[1]))
        {
            return new EqualClause(AttributeOf(list, call), ToOperand(ExpressionValue.Of(arguments[1]), call));
        }

        if (members.Find(arguments[1]) is not { } property || members.IsUsedIn(arguments[0]))
        {
            throw ExpressionValue.Unsupported(call);
        }

        object? values = ExpressionValue.Of(ItemMembers.WithoutConversion(arguments[0]));
        FilterList<Operand> operands = values is System.Collections.IEnumerable many
            ? [.. many.Cast<object?>().Select(value => ToOperand(value, call))]
            : throw ExpressionValue.Unsupported(call);
        return members.IsId(property) ? new IdClause(operands) : new InClause(AttributeOf(property, call), operands);
    }

    private string AttributeOf(string property, Expression expression) => members.IsId(property)
        ? throw ExpressionValue.Unsupported(expression)
        : members.AttributeOf(property);

    private static Operand ToOperand(object? value, Expression expression)
        => ExpressionValue.TryConvert(value, out Operand operand)
            ? operand
            : throw ExpressionValue.Unsupported(expression);
}
