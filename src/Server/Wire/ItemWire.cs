using Linr.Server.Options;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Wire;

/// <summary>Items and their changes as the contract has them.</summary>
internal static class ItemWire
{
    /// <summary>All changes of a set.</summary>
    /// <exception cref="WireException">Some are none.</exception>
    public static List<ItemChange> Read(V1.WriteRequest request, Schema schema, RequestLimits limits)
    {
        var problems = new WireProblems();
        problems.Check("changes", request.Changes.Count, 1, limits.ChangesMax, nameof(limits.ChangesMax));
        problems.ThrowIfAny();
        var changes = new List<ItemChange>(request.Changes.Count);
        for (int i = 0; i < request.Changes.Count; i++)
        {
            V1.Change change = request.Changes[i];
            long? version = change.HasVersion ? change.Version : null;
            switch (change.ChangeCase)
            {
                case V1.Change.ChangeOneofCase.Upsert:
                    changes.Add(ItemChange.Upsert(
                        Read(change.Upsert, schema, $"changes[{i}].upsert", problems), version));
                    break;
                case V1.Change.ChangeOneofCase.Update:
                    changes.Add(ItemChange.Update(
                        Read(change.Update, schema, $"changes[{i}].update", problems), version));
                    break;
                case V1.Change.ChangeOneofCase.Delete:
                    changes.Add(ItemChange.Delete(
                        IdWire.Read(change.Delete, schema.IdKind, $"changes[{i}].delete", problems), version));
                    break;
                default:
                    problems.Add($"changes[{i}]", "expected an upsert, an update or a delete; found none.");
                    break;
            }
        }

        problems.ThrowIfAny();
        return changes;
    }

    /// <summary>The item as the contract has it.</summary>
    public static V1.Item Write(Item item)
    {
        var written = new V1.Item { Id = IdWire.Write(item.Id) };
        foreach ((string name, IReadOnlyList<Value> values) in item.Fields)
        {
            written.Fields.Add(name, ValueWire.Write(values));
        }

        foreach ((string name, ReadOnlyMemory<float> embedding) in item.Embeddings)
        {
            written.Embeddings.Add(name, VectorWire.Write(embedding.Span));
        }

        return written;
    }

    private static Item Read(V1.Item item, Schema schema, string path, WireProblems problems)
    {
        var fields = new Dictionary<string, IReadOnlyList<Value>>(item.Fields.Count);
        foreach ((string name, V1.Values values) in item.Fields)
        {
            fields.Add(name, ValueWire.Read(
                values, schema.FindField(name)?.Type, $"{path}.fields[\"{name}\"]", problems));
        }

        var embeddings = new Dictionary<string, ReadOnlyMemory<float>>(item.Embeddings.Count);
        foreach ((string name, V1.Vector vector) in item.Embeddings)
        {
            embeddings.Add(name, VectorWire.Read(vector.Values));
        }

        return new Item
        {
            Id = IdWire.Read(item.Id, schema.IdKind, $"{path}.id", problems), Fields = fields, Embeddings = embeddings,
        };
    }
}
