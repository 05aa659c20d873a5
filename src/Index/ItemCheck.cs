using Linr.Index.Embeddings;

namespace Linr.Index;

/// <summary>Finds all that is wrong with an item under a schema.</summary>
internal sealed class ItemCheck(Schema schema)
{
    private readonly Dictionary<string, FieldSchema> _fields = schema.Fields.ToDictionary(field => field.Name);
    private readonly Dictionary<string, EmbeddingSchema> _embeddings = schema.Embeddings.ToDictionary(one => one.Name);

    /// <summary>The values with the type of the field; the same list where they have it already.</summary>
    public static IReadOnlyList<Value> Convert(FieldSchema field, IReadOnlyList<Value> values)
    {
        foreach (Value value in values)
        {
            if (value.Type != field.Type)
            {
                return [.. values.Select(one => FieldCheck.Convert(field.Type, one))];
            }
        }

        return values;
    }

    /// <summary>Adds what is wrong with an id; true when something is.</summary>
    public bool AddIdProblems(ItemId id, long rows, ICollection<string> problems)
    {
        if (id.Kind != schema.IdKind || (id.Kind == IdKind.Text && id == default))
        {
            problems.Add($"Item {id}: expected an id of kind {schema.IdKind}; found {id.Kind}");
            return true;
        }

        if (rows == Limits.RowsMax)
        {
            problems.Add($"Item {id}: expected at most {Limits.RowsMax} items");
            return true;
        }

        return false;
    }

    /// <summary>Adds what is wrong with an item's fields and embeddings, each problem naming item and field.</summary>
    public void AddProblems(Item item, ICollection<string> problems)
    {
        var found = new List<string>();
        foreach ((string name, IReadOnlyList<Value> values) in item.Fields)
        {
            if (_fields.TryGetValue(name, out FieldSchema? field))
            {
                FieldCheck.AddProblems(field, values, found);
            }
            else
            {
                found.Add($"field \"{name}\": the schema has no such field");
            }
        }

        foreach ((string name, ReadOnlyMemory<float> embedding) in item.Embeddings)
        {
            if (!_embeddings.TryGetValue(name, out EmbeddingSchema? one))
            {
                found.Add($"embedding \"{name}\": the schema has no such embedding");
            }
            else if (EmbeddingCheck.FindProblem(one, embedding.Span, out _) is { } problem)
            {
                found.Add(problem);
            }
        }

        foreach (string problem in found)
        {
            problems.Add($"Item {item.Id}: {problem}");
        }
    }
}
