using System.Linq.Expressions;

namespace Linr.Filters;

/// <summary>
/// Filters from C# expressions over the caller's own item type: comparisons of a property with a value,
/// <c>&amp;&amp;</c>, <c>||</c>, <c>!</c>, boolean properties, <c>Contains</c> on a property or on a list of values,
/// <c>null</c> for a missing attribute. Whatever does not depend on the item is computed first, so variables, calls and
/// dates such as <c>clock.GetUtcNow()</c> are fine; any other expression is refused by name.
/// </summary>
public static class FilterExpression
{
    /// <summary>The property that stands for the item's id, unless another is named.</summary>
    public const string IdProperty = "Id";

    /// <summary>Translates an expression.</summary>
    /// <typeparam name="T">The caller's item type.</typeparam>
    /// <param name="expression">
    /// The expression, such as <c>item => item.Section == "devel" &amp;&amp; item.Size &lt; max</c>.
    /// </param>
    /// <param name="attributeName">
    /// The attribute of a property's name, such as <see cref="System.Text.Json.JsonNamingPolicy.SnakeCaseLower"/>'s
    /// <c>ConvertName</c>; null when they are the same.
    /// </param>
    /// <param name="idProperty">The property that stands for the item's id.</param>
    /// <exception cref="FilterException">
    /// A part of it has no meaning as a filter; the problem names the part.
    /// </exception>
    public static Filter From<T>(
        Expression<Func<T, bool>> expression,
        Func<string, string>? attributeName = null,
        string idProperty = IdProperty)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ItemMembers members = new(expression.Parameters[0], attributeName ?? (name => name), idProperty);
        return new ExpressionTranslator(members).Translate(expression.Body);
    }
}
