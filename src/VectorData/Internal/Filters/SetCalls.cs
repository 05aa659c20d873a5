using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;

namespace Linr.VectorData;

/// <summary>Calls over collections, besides those that the base of translators knows.</summary>
internal static class SetCalls
{
    /// <summary><c>set.Contains(item)</c> of a set or another collection that has the method itself.</summary>
    public static bool TryMatchContains(
        MethodCallExpression call,
        [NotNullWhen(true)] out Expression? source,
        [NotNullWhen(true)] out Expression? item)
    {
        bool isMatch = call is { Method.Name: nameof(Enumerable.Contains), Object: not null, Arguments.Count: 1 }
            && call.Object.Type != typeof(string) && call.Object.Type.IsAssignableTo(typeof(IEnumerable));
        (source, item) = isMatch ? (call.Object, call.Arguments[0]) : (null, null);
        return isMatch;
    }

    /// <summary><c>list.Any()</c> and <c>list.Any(value => …)</c>.</summary>
    public static bool TryMatchAny(
        MethodCallExpression call, [NotNullWhen(true)] out Expression? source, out LambdaExpression? test)
    {
        bool isMatch = call.Method.Name == nameof(Enumerable.Any) && call.Method.DeclaringType == typeof(Enumerable);
        source = isMatch ? call.Arguments[0] : null;
        test = isMatch && call.Arguments.Count == 2
            ? call.Arguments[1] switch
            {
                UnaryExpression { NodeType: ExpressionType.Quote, Operand: LambdaExpression quoted } => quoted,
                var given => given as LambdaExpression,
            }
            : null;
        return isMatch && (call.Arguments.Count == 1 || test is not null);
    }
}
