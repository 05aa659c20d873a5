using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Linr.VectorData;

/// <summary>How records are items, and the way back; it knows nothing of where items are.</summary>
internal sealed class RecordMap
{
    private readonly DataMap[] _data;
    private readonly VectorMap[] _vectors;
    private readonly FrozenDictionary<PropertyModel, DataMap> _dataOf;
    private readonly FrozenDictionary<PropertyModel, VectorMap> _vectorOf;

    /// <summary>The map of a model that the builder made.</summary>
    /// <exception cref="NotSupportedException">A storage name is no name of a field; all of them are listed.</exception>
    public RecordMap(CollectionModel model)
    {
        Model = model;
        Key = new KeyMap(model.KeyProperty);
        _data = [.. model.DataProperties.Select(property => new DataMap(property))];
        _vectors = [.. model.VectorProperties.Select(property => new VectorMap(property))];
        _dataOf = model.DataProperties.Zip(_data).ToFrozenDictionary(pair => (PropertyModel)pair.First, pair => pair.Second);
        _vectorOf = model.VectorProperties.Zip(_vectors)
            .ToFrozenDictionary(pair => (PropertyModel)pair.First, pair => pair.Second);
        Schema = new Schema
        {
            IdKind = Key.Kind,
            Fields =
            [
                .. _data.SelectMany(data => data.Fields()),
                .. _vectors.Select(one => new FieldSchema(one.MissingField, FieldType.Boolean, FieldRoles.Attribute)),
            ],
            Embeddings = [.. _vectors.Select(vector => vector.Embedding)],
        };
        IReadOnlyList<string> problems = SchemaValidator.Validate(Schema);
        if (problems.Count > 0)
        {
            throw new NotSupportedException(
                "Expected properties that can be fields (StorageName renames them): " + string.Join("; ", problems) + ".");
        }

        Fields = [.. Schema.Fields.Select(field => field.Name)];
    }

    /// <summary>The model.</summary>
    public CollectionModel Model { get; }

    /// <summary>How keys are ids.</summary>
    public KeyMap Key { get; }

    /// <summary>What items look like.</summary>
    public Schema Schema { get; }

    /// <summary>The names of all fields.</summary>
    public ImmutableArray<string> Fields { get; }

    /// <summary>How a data property is kept; null for another.</summary>
    public DataMap? FindData(PropertyModel property) => _dataOf.GetValueOrDefault(property);

    /// <summary>How a vector property is kept; null for another.</summary>
    public VectorMap? FindVector(PropertyModel property) => _vectorOf.GetValueOrDefault(property);

    /// <summary>What a schema lacks for these records; empty where they fit.</summary>
    public IEnumerable<string> FindProblems(Schema found)
    {
        if (found.IdKind != Schema.IdKind)
        {
            yield return $"key: expected {Schema.IdKind}; found {found.IdKind}";
        }

        foreach (FieldSchema field in Schema.Fields)
        {
            FieldSchema? other = found.FindField(field.Name);
            if (other is null || other.MultiValued != field.MultiValued || PlainType(other) != PlainType(field))
            {
                yield return $"{field.Name}: expected {Describe(field)}; found {(other is null ? "none" : Describe(other))}";
            }
        }

        foreach (string name in Schema.Embeddings.Concat(found.Embeddings).Select(one => one.Name).Distinct())
        {
            if (Schema.FindEmbedding(name) != found.FindEmbedding(name))
            {
                yield return $"{name}: expected {(object?)Schema.FindEmbedding(name) ?? "none"}; "
                    + $"found {(object?)found.FindEmbedding(name) ?? "none"}";
            }
        }
    }

    /// <summary>The changes that records are; embeddings are generated first, once a property for all of them.</summary>
    /// <exception cref="ArgumentException">A record cannot be kept.</exception>
    public async Task<ItemChange[]> ToChangesAsync(IReadOnlyList<object> records, CancellationToken cancellation)
    {
        var vectors = new ReadOnlyMemory<float>?[_vectors.Length][];
        for (int i = 0; i < vectors.Length; i++)
        {
            vectors[i] = await VectorsOfAsync(_vectors[i], records, cancellation).ConfigureAwait(false);
        }

        var changes = new ItemChange[records.Count];
        for (int row = 0; row < changes.Length; row++)
        {
            object record = records[row]
                ?? throw new ArgumentException($"records[{row}]: expected a record; found null.", nameof(records));
            var fields = new Dictionary<string, IReadOnlyList<Value>>();
            var embeddings = new Dictionary<string, ReadOnlyMemory<float>>();
            Array.ForEach(_data, data => data.Write(record, fields));
            for (int i = 0; i < vectors.Length; i++)
            {
                _vectors[i].Write(vectors[i][row], fields, embeddings);
            }

            changes[row] = ItemChange.Upsert(
                new Item { Id = Key.IdOf(record), Fields = fields, Embeddings = embeddings });
        }

        return changes;
    }

    /// <summary>The record of an item.</summary>
    public TRecord ToRecord<TRecord>(Item item, bool withVectors)
        where TRecord : class
    {
        TRecord record = Model.CreateRecord<TRecord>();
        Key.Property.SetValueAsObject(record, Key.ToKey(item.Id));
        Array.ForEach(_data, data => data.Read(item.Fields, record));
        if (withVectors)
        {
            Array.ForEach(_vectors, vector => vector.Read(item, record));
        }

        return record;
    }

    private static async Task<ReadOnlyMemory<float>?[]> VectorsOfAsync(
        VectorMap vector, IReadOnlyList<object> records, CancellationToken cancellation)
    {
        object?[] values = [.. records.Select(record => record is null ? null : vector.Property.GetValueAsObject(record))];
        if (!vector.IsGenerated)
        {
            return Array.ConvertAll(values, VectorMap.NumbersOf);
        }

        object[] given = [.. values.OfType<object>()];
        IReadOnlyList<Embedding> made = given.Length == 0
            ? []
            : await vector.Property.GenerateEmbeddingsAsync(given, cancellation).ConfigureAwait(false);
        if (made.Count != given.Length)
        {
            throw new InvalidOperationException(
                $"Vector '{vector.Property.ModelName}': expected {given.Length} embeddings of the generator; "
                + $"found {made.Count}.");
        }

        int next = 0;
        return Array.ConvertAll(values, value => value is null ? null : VectorMap.NumbersOf(made[next++]));
    }

    // Strings with an index and without are both strings.
    private static FieldType PlainType(FieldSchema field)
        => field.Type == FieldType.Text ? FieldType.Keyword : field.Type;

    private static string Describe(FieldSchema field) => $"{field.Type}{(field.MultiValued ? " list" : string.Empty)}";
}
