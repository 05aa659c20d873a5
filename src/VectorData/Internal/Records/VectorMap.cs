using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Linr.VectorData;

/// <summary>How one vector property is kept: an embedding, and a field that says where a record has no vector.</summary>
internal sealed class VectorMap(VectorPropertyModel property)
{
    /// <summary>The types of vectors, as an error names them.</summary>
    public const string Names = "ReadOnlyMemory<float>, Embedding<float>, float[]";

    private readonly float[] _none = new float[property.Dimensions];

    /// <summary>The property.</summary>
    public VectorPropertyModel Property => property;

    /// <summary>Its distance function.</summary>
    public DistanceMap Distance { get; } = DistanceMap.Find(property.DistanceFunction)!;

    /// <summary>Whether vectors are made of the property's value by its generator.</summary>
    public bool IsGenerated => !IsVector(property.Type);

    /// <summary>The field that is true of records without the vector: every item has every embedding.</summary>
    public string MissingField => property.StorageName + ".missing";

    /// <summary>The embedding.</summary>
    public EmbeddingSchema Embedding => new(
        property.StorageName,
        property.Dimensions,
        Distance.Metric,
        RowType.Float32,
        Codes: null,
        property.IndexKind == IndexKind.QuantizedFlat ? RowType.Int8 : null);

    /// <summary>Whether vectors may have the type.</summary>
    public static bool IsVector(Type type)
        => type == typeof(ReadOnlyMemory<float>) || type == typeof(ReadOnlyMemory<float>?)
            || type == typeof(Embedding<float>) || type == typeof(float[]);

    /// <summary>A vector's numbers; null where the value is none.</summary>
    public static ReadOnlyMemory<float>? NumbersOf(object? value) => value switch
    {
        // A null would be an empty array, and that an empty vector.
        ReadOnlyMemory<float> numbers => numbers,
        float[] numbers => numbers,
        Embedding<float> embedding => embedding.Vector,
        _ => (ReadOnlyMemory<float>?)null,
    };

    /// <summary>Adds a vector, or that there is none.</summary>
    public void Write(
        ReadOnlyMemory<float>? vector,
        Dictionary<string, IReadOnlyList<Value>> fields,
        Dictionary<string, ReadOnlyMemory<float>> embeddings)
    {
        if (vector is null)
        {
            fields.Add(MissingField, [Value.OfBoolean(true)]);
        }

        embeddings.Add(property.StorageName, vector ?? _none);
    }

    /// <summary>Gives a record its vector.</summary>
    public void Read(Item item, object record)
    {
        if (item.Fields.ContainsKey(MissingField))
        {
            property.SetValueAsObject(record, null);
            return;
        }

        ReadOnlyMemory<float> numbers = item.Embeddings[property.StorageName];
        Type type = Nullable.GetUnderlyingType(property.Type) ?? property.Type;
        object vector = type == typeof(ReadOnlyMemory<float>) ? numbers
            : type == typeof(float[]) ? (object)numbers.ToArray()
            : new Embedding<float>(numbers);
        property.SetValueAsObject(record, vector);
    }
}
