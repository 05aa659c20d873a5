using System.Diagnostics.CodeAnalysis;

namespace Linr.VectorData;

/// <inheritdoc/>
/// <param name="field">The type of the field.</param>
/// <param name="write">The kept value.</param>
/// <param name="read">The .NET value of a kept one.</param>
/// <param name="findProblem">Why a value cannot be kept; null where each can.</param>
/// <typeparam name="T">The .NET type.</typeparam>
internal sealed class ScalarMap<T>(
    FieldType field, Func<T, Value> write, Func<Value, T> read, Func<T, string?>? findProblem = null)
    : ScalarMap(typeof(T), field)
    where T : notnull
{
    public override bool TryWrite(object value, out Value kept, [NotNullWhen(false)] out string? problem)
    {
        problem = value is not T typed ? $"expected a {typeof(T).Name}; found a {value.GetType().Name}"
            : findProblem?.Invoke(typed);
        kept = problem is null ? write((T)value) : default;
        return problem is null;
    }

    public override object Read(Value kept) => read(kept);

    public override object ReadArray(IReadOnlyList<Value> kept)
    {
        var values = new T[kept.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = read(kept[i]);
        }

        return values;
    }

    public override object ReadList(IReadOnlyList<Value> kept) => new List<T>((T[])ReadArray(kept));
}
