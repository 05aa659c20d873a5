using Google.Protobuf;
using Google.Protobuf.Collections;
using V1 = Linr.Protocol.V1;

namespace Linr.Client.Wire;

/// <summary>Items and their changes as the contract has them.</summary>
internal static class ItemWire
{
    public static V1.WriteRequest Write(string model, IReadOnlyCollection<ItemChange> changes)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentNullException.ThrowIfNull(changes);
        var request = new V1.WriteRequest { Model = model };
        foreach (ItemChange change in changes)
        {
            request.Changes.Add(Write(change));
        }

        return request;
    }

    public static WriteResult Read(V1.WriteResponse response) => new(
        response.Upserted, response.Updated, response.Deleted, response.Stale, response.Missing, response.State);

    public static Item Read(V1.Item item) => new()
    {
        Id = IdWire.Read(item.Id), Fields = ValueWire.Read(item.Fields), Embeddings = Read(item.Embeddings),
    };

    /// <summary>Appends a vector.</summary>
    public static void Write(ReadOnlyMemory<float> vector, RepeatedField<float> written)
        => written.AddRange(vector.Span);

    private static V1.Change Write(ItemChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        V1.Change written = change.Kind switch
        {
            ItemChangeKind.Upsert => new V1.Change { Upsert = Write(change.Item) },
            ItemChangeKind.Update => new V1.Change { Update = Write(change.Item) },
            _ => new V1.Change { Delete = IdWire.Write(change.Item.Id) },
        };
        if (change.Version is { } version)
        {
            written.Version = version;
        }

        return written;
    }

    private static V1.Item Write(Item item)
    {
        var written = new V1.Item { Id = IdWire.Write(item.Id) };
        ValueWire.Write(item.Fields, written.Fields);
        foreach ((string name, ReadOnlyMemory<float> vector) in item.Embeddings)
        {
            var values = new V1.Vector();
            Write(vector, values.Values);
            written.Embeddings.Add(name, values);
        }

        return written;
    }

    private static Dictionary<string, ReadOnlyMemory<float>> Read(MapField<string, V1.Vector> embeddings)
    {
        var read = new Dictionary<string, ReadOnlyMemory<float>>(embeddings.Count);
        foreach ((string name, V1.Vector vector) in embeddings)
        {
            var values = new float[vector.Values.Count];
            vector.Values.CopyTo(values, 0);
            read.Add(name, values);
        }

        return read;
    }
}
