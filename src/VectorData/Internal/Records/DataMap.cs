using System.Collections;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Linr.VectorData;

/// <summary>How one data property is kept: in a field of its storage name, and a list in a second one beside it.</summary>
internal sealed class DataMap
{
    private const string WholeSuffix = ".whole";

    private readonly DataPropertyModel _property;
    private readonly ValueShape _shape;

    /// <summary>The map of a property whose type the model builder has accepted.</summary>
    public DataMap(DataPropertyModel property)
    {
        _property = property;
        Scalar = ScalarMap.Find(property.Type, out _shape)!;
        IsBytes = property.Type == typeof(byte[]);
        IsList = _shape != ValueShape.Single && !IsBytes;
    }

    /// <summary>Whether a property may have the type.</summary>
    public static bool Has(Type type) => ScalarMap.Find(type, out _) is not null;

    /// <summary>How one value is kept; of bytes it is not used.</summary>
    public ScalarMap Scalar { get; }

    /// <summary>Whether it is an array or a list of values.</summary>
    public bool IsList { get; }

    /// <summary>Whether it is a string of bytes, which is kept and not filtered by.</summary>
    public bool IsBytes { get; }

    /// <summary>The field of its values.</summary>
    public string Field => _property.StorageName;

    /// <summary>
    /// The field that has a list as a whole: there is none of a null list, which the values alone do not tell from an
    /// empty one, and equal lists have equal values of it.
    /// </summary>
    public string WholeField => _property.StorageName + WholeSuffix;

    /// <summary>The property's fields.</summary>
    public IEnumerable<FieldSchema> Fields()
    {
        const FieldRoles both = FieldRoles.Attribute | FieldRoles.Stored;
        if (IsBytes)
        {
            yield return new FieldSchema(Field, FieldType.Bytes, FieldRoles.Stored);
        }
        else if (IsList)
        {
            yield return new FieldSchema(Field, Scalar.Field, both, MultiValued: true);
            yield return new FieldSchema(WholeField, FieldType.Keyword, FieldRoles.Attribute);
        }
        else if (_property.Type == typeof(string) && !_property.IsIndexed)
        {
            // As long as it likes, and in no dictionary.
            yield return new FieldSchema(Field, FieldType.Text, FieldRoles.Stored);
        }
        else
        {
            yield return new FieldSchema(Field, Scalar.Field, both);
        }
    }

    /// <summary>Adds a record's values.</summary>
    /// <exception cref="ArgumentException">A value cannot be kept.</exception>
    public void Write(object record, Dictionary<string, IReadOnlyList<Value>> fields)
    {
        object? value = _property.GetValueAsObject(record);
        if (value is byte[] bytes && IsBytes)
        {
            fields.Add(Field, [Value.OfBytes((byte[])bytes.Clone())]);
        }
        else if (value is not null && IsList)
        {
            Value[] values = [.. ((IEnumerable)value).Cast<object?>().Select(ToValue)];
            fields.Add(Field, values);
            fields.Add(WholeField, [WholeOf(values)]);
        }
        else if (value is not null)
        {
            fields.Add(Field, [ToValue(value)]);
        }
    }

    /// <summary>Gives a record its values.</summary>
    public void Read(IReadOnlyDictionary<string, IReadOnlyList<Value>> fields, object record)
    {
        IReadOnlyList<Value> values = fields.TryGetValue(Field, out IReadOnlyList<Value>? found) ? found : [];
        object? value = IsList ? (fields.ContainsKey(WholeField) ? ReadMany(values) : null)
            : values.Count == 0 ? null
            : IsBytes ? values[0].Bytes.ToArray()
            : Scalar.Read(values[0]);
        _property.SetValueAsObject(record, value);
    }

    /// <summary>What <see cref="WholeField"/> has for a list of these values.</summary>
    public static Value WholeOf(IEnumerable<Value> values)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (Value value in values)
        {
            byte[] text = Encoding.UTF8.GetBytes(value.ToString());
            BitConverter.TryWriteBytes(length, text.Length);
            hash.AppendData(length);
            hash.AppendData(text);
        }

        return Value.OfKeyword(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private object ReadMany(IReadOnlyList<Value> values)
        => _shape == ValueShape.Array ? Scalar.ReadArray(values) : Scalar.ReadList(values);

    private Value ToValue(object? value) => value is null
        ? throw new ArgumentException($"Property '{_property.ModelName}': expected a list of values; found a null in it.")
        : Scalar.TryWrite(value, out Value kept, out string? problem)
            ? kept
            : throw new ArgumentException($"Property '{_property.ModelName}': {problem}.");
}
