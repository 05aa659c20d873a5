using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Linr.Filters;
using Microsoft.Extensions.VectorData.ProviderServices;
using Microsoft.Extensions.VectorData.ProviderServices.Filter;

namespace Linr.VectorData;

/// <summary>
/// Translates a filter over records to one over items. What C# says of null holds: comparisons with a null are false,
/// and their complements true. One instance a filter.
/// </summary>
/// <param name="map">How records are items.</param>
/// <param name="schema">What the items look like: of strings, those that are indexed there can be filtered by.</param>
internal sealed class RecordFilter(RecordMap map, Schema schema) : FilterTranslatorBase
{
    /// <summary>The filter over items.</summary>
    /// <exception cref="NotSupportedException">A part of it has no meaning as a filter; it is named.</exception>
    /// <exception cref="InvalidOperationException">A property is unknown, or a value cannot be computed.</exception>
    public Filter Translate(LambdaExpression filter)
        => Visit(PreprocessFilter(filter, map.Model, new FilterPreprocessingOptions()));

    protected override bool TryBindProperty(Expression expression, [NotNullWhen(true)] out PropertyModel? propertyModel)
        => base.TryBindProperty(Conversions.Without(expression), out propertyModel);

    private Filter Visit(Expression expression) => expression switch
    {
        BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And } and
            => Visit(and.Left) & Visit(and.Right),
        BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } or
            => Visit(or.Left) | Visit(or.Right),
        UnaryExpression { NodeType: ExpressionType.Not } not => !Visit(not.Operand),
        BinaryExpression comparison => Compare(comparison),
        MemberExpression { Member.Name: nameof(Nullable<int>.HasValue), Expression: { } owner }
            when TryBindProperty(owner, out PropertyModel? property) => !IsNull(property),
        MethodCallExpression call when TryCall(call, out Filter? filter) => filter,
        _ when TryBindProperty(expression, out PropertyModel? property)
            => Operands.Equal(ScalarOf(property, expression), true),
        _ when !IsOfRecord(expression) && Constants.Of(expression) is bool passes
            => passes ? Filter.Everything : Filter.Nothing,
        _ => throw Unsupported(expression),
    };

    private Filter Compare(BinaryExpression comparison)
    {
        bool isMirrored = !TryBindProperty(comparison.Left, out PropertyModel? property);
        if (isMirrored && !TryBindProperty(comparison.Right, out property))
        {
            throw Unsupported(comparison);
        }

        object? value = ConstantOf(isMirrored ? comparison.Left : comparison.Right, comparison);
        return comparison.NodeType switch
        {
            ExpressionType.Equal => Equal(property!, value, comparison),
            ExpressionType.NotEqual => !Equal(property!, value, comparison),
            _ when property is KeyPropertyModel => throw Unsupported(comparison),
            _ => Operands.Range(ScalarOf(property!, comparison), comparison.NodeType, isMirrored, value)
                ?? throw Unsupported(comparison),
        };
    }

    private Filter Equal(PropertyModel property, object? value, Expression expression)
    {
        if (property is KeyPropertyModel)
        {
            return value is null ? Filter.Nothing : FilterBuilder.IdIn(map.Key.ToId(value));
        }

        if (value is null)
        {
            return IsNull(property);
        }

        return map.FindData(property) is { IsList: true } list && value is IEnumerable values
            ? Operands.EqualList(list, values) ?? throw Unsupported(expression)
            : Operands.Equal(ScalarOf(property, expression), value);
    }

    private Filter IsNull(PropertyModel property) => property switch
    {
        KeyPropertyModel => Filter.Nothing,
        VectorPropertyModel => new ExistsClause(map.FindVector(property)!.MissingField),
        _ when map.FindData(property) is { IsList: true } list => !new ExistsClause(list.WholeField),
        _ => !new ExistsClause(Filterable(map.FindData(property)!, property).Field),
    };

    private bool TryCall(MethodCallExpression call, [NotNullWhen(true)] out Filter? filter)
    {
        filter = null;
        if (TryMatchContains(call, out Expression? source, out Expression? item)
            || SetCalls.TryMatchContains(call, out source, out item))
        {
            filter = Contains(source, item, call);
        }
        else if (SetCalls.TryMatchAny(call, out source, out LambdaExpression? test)
            && TryBindProperty(source, out PropertyModel? property) && map.FindData(property) is { IsList: true } list)
        {
            filter = test is null ? new ExistsClause(list.Field) : Any(list, test.Body, test.Parameters[0]);
        }
        else if (call is { Method.Name: nameof(Equals), Object: { } owner, Arguments: [var other] })
        {
            filter = Compare(Expression.Equal(owner, Expression.Convert(other, owner.Type)));
        }

        return filter is not null;
    }

    private Filter Contains(Expression source, Expression item, Expression call)
    {
        if (TryBindProperty(source, out PropertyModel? many) && map.FindData(many) is { IsList: true } list)
        {
            return Operands.Equal(list, ConstantOf(item, call));
        }

        if (!TryBindProperty(item, out PropertyModel? property))
        {
            throw Unsupported(call);
        }

        IEnumerable values = ConstantOf(source, call) as IEnumerable ?? throw Unsupported(call);
        if (property is KeyPropertyModel)
        {
            return FilterBuilder.IdIn(values.OfType<object>().Select(map.Key.ToId));
        }

        DataMap data = ScalarOf(property, call);
        Filter found = Operands.In(data, values.OfType<object>());
        return values.Cast<object?>().Any(value => value is null) ? found | IsNull(property) : found;
    }

    /// <summary>Whether one of a list's values passes a test.</summary>
    private Filter Any(DataMap list, Expression test, ParameterExpression value) => test switch
    {
        BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } or
            => Any(list, or.Left, value) | Any(list, or.Right, value),
        BinaryExpression { NodeType: ExpressionType.Equal } equal
            when OtherThan(value, equal, out _) is { } other => Operands.Equal(list, ConstantOf(other, test)),
        BinaryExpression comparison when OtherThan(value, comparison, out bool isMirrored) is { } other
            && Operands.Range(list, comparison.NodeType, isMirrored, ConstantOf(other, test)) is { } range => range,
        MethodCallExpression call when (TryMatchContains(call, out Expression? source, out Expression? item)
                || SetCalls.TryMatchContains(call, out source, out item))
            && Conversions.Without(item) == value && ConstantOf(source, test) is IEnumerable values
            => Operands.In(list, values.OfType<object>()),
        _ => throw Unsupported(test),
    };

    private static Expression? OtherThan(ParameterExpression value, BinaryExpression comparison, out bool isMirrored)
    {
        isMirrored = Conversions.Without(comparison.Left) != value;
        return !isMirrored ? comparison.Right
            : Conversions.Without(comparison.Right) == value ? comparison.Left
            : null;
    }

    private DataMap ScalarOf(PropertyModel property, Expression expression)
        => map.FindData(property) is { IsList: false, IsBytes: false } data
            ? Filterable(data, property)
            : throw Unsupported(expression);

    private DataMap Filterable(DataMap data, PropertyModel property)
        => schema.FindField(data.Field) is { IsAttribute: true }
            ? data
            : throw new NotSupportedException(
                $"Property '{property.ModelName}': expected IsIndexed, so that it can be filtered by; found a property "
                + "that is only kept.");

    private object? ConstantOf(Expression expression, Expression whole)
        => IsOfRecord(expression) ? throw Unsupported(whole) : Constants.Of(expression);

    private bool IsOfRecord(Expression expression) => Constants.Uses(expression, RecordParameter);

    private static NotSupportedException Unsupported(Expression expression) => new(
        "Filter: expected comparisons of a property with a value, &&, ||, !, Contains and Any; found "
        + $"{expression} ({expression.NodeType}).");
}
