using System.Diagnostics.CodeAnalysis;

namespace Linr.VectorData;

/// <summary>How values of one .NET type are kept as values of a field, alone and in arrays and lists.</summary>
internal abstract class ScalarMap
{
    private protected ScalarMap(Type type, FieldType field) => (Type, Field) = (type, field);

    /// <summary>The .NET type.</summary>
    public Type Type { get; }

    /// <summary>The type of the field.</summary>
    public FieldType Field { get; }

    /// <summary>Whether values have an order that filters know.</summary>
    public bool IsOrdered => Field is FieldType.Integer or FieldType.Float or FieldType.Date;

    /// <summary>How the type is kept, and what a list of it is made as; null where it is not kept.</summary>
    /// <param name="type">A type of <see cref="ScalarMaps"/>, null-able or not, an array or a list of it.</param>
    /// <param name="shape">Whether it is one value, an array or a list.</param>
    public static ScalarMap? Find(Type type, out ValueShape shape)
    {
        shape = ValueShape.Single;
        Type element = Nullable.GetUnderlyingType(type) ?? type;
        if (ScalarMaps.All.TryGetValue(element, out ScalarMap? single))
        {
            return single;
        }

        if (type.IsArray && ScalarMaps.All.TryGetValue(type.GetElementType()!, out ScalarMap? inArray))
        {
            shape = ValueShape.Array;
            return inArray;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>)
            && ScalarMaps.All.TryGetValue(type.GenericTypeArguments[0], out ScalarMap? inList))
        {
            shape = ValueShape.List;
            return inList;
        }

        return null;
    }

    /// <summary>The value as it is kept; false where it cannot be without loss.</summary>
    public abstract bool TryWrite(object value, out Value kept, [NotNullWhen(false)] out string? problem);

    /// <summary>The .NET value.</summary>
    public abstract object Read(Value kept);

    /// <summary>An array of the .NET values.</summary>
    public abstract object ReadArray(IReadOnlyList<Value> kept);

    /// <summary>A list of the .NET values.</summary>
    public abstract object ReadList(IReadOnlyList<Value> kept);
}
