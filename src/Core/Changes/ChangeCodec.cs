using System.Buffers;
using System.Buffers.Binary;

namespace Linr;

/// <summary>
/// Changes of items as bytes, for the log: docs/durability.md has the format. Nothing is lost: types of values, empty
/// fields and the bits of floats come back as they were.
/// </summary>
public static class ChangeCodec
{
    /// <summary>The format that is written; the first byte of every change.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Writes a change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="target">Where it goes; after an error what was written there is no change.</param>
    /// <exception cref="ArgumentException">
    /// The item is beyond <see cref="Limits"/>, or has a text with half a surrogate pair.
    /// </exception>
    public static void Write(ItemChange change, IBufferWriter<byte> target)
    {
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(target);
        var writer = new ChangeWriter(target);
        writer.WriteByte(FormatVersion);
        writer.WriteByte((byte)change.Kind);
        writer.WriteId(change.Id);
        writer.WriteByte(change.Version is null ? (byte)0 : (byte)1);
        if (change.Version is { } version)
        {
            writer.WriteInt64(version);
        }

        WriteFields(writer, change.Item);
        WriteEmbeddings(writer, change.Item);
    }

    /// <summary>Reads a change; any bytes give one or the named error.</summary>
    /// <param name="bytes">The bytes of one change, all of them.</param>
    /// <exception cref="ChangeFormatException">They are not a change.</exception>
    public static ItemChange Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ChangeReader(bytes);
        byte format = reader.ReadByte("a format version");
        if (format != FormatVersion)
        {
            throw new ChangeFormatException(0, $"format version {FormatVersion}", $"{format}");
        }

        var kind = (ChangeKind)reader.ReadChoice("a kind of change", (int)ChangeKind.Delete);
        ItemId id = reader.ReadId();
        long? version = reader.ReadChoice("whether there is a version", 1) == 1 ? reader.ReadInt64("a version") : null;
        var item = new Item { Id = id, Fields = ReadFields(ref reader), Embeddings = ReadEmbeddings(ref reader) };
        reader.ThrowUnlessAtEnd();
        return kind switch
        {
            ChangeKind.Upsert => ItemChange.Upsert(item, version),
            ChangeKind.Update => ItemChange.Update(item, version),
            _ when item.Fields.Count + item.Embeddings.Count == 0 => ItemChange.Delete(id, version),
            _ => throw new ChangeFormatException(bytes.Length, "a delete of its id alone", "fields or embeddings"),
        };
    }

    private static void WriteFields(ChangeWriter writer, Item item)
    {
        writer.WriteCount(item.Fields.Count, Limits.FieldsMax, "fields");
        foreach ((string name, IReadOnlyList<Value> values) in item.Fields)
        {
            writer.WriteName(name);
            writer.WriteCount(values.Count, Limits.ValuesPerItemMax, "values of a field");
            foreach (Value value in values)
            {
                writer.WriteValue(value);
            }
        }
    }

    private static void WriteEmbeddings(ChangeWriter writer, Item item)
    {
        writer.WriteCount(item.Embeddings.Count, Limits.EmbeddingsMax, "embeddings");
        foreach ((string name, ReadOnlyMemory<float> embedding) in item.Embeddings)
        {
            writer.WriteName(name);
            writer.WriteCount(embedding.Length, Limits.DimMax, "numbers of an embedding");
            writer.WriteFloats(embedding.Span);
        }
    }

    private static Dictionary<string, IReadOnlyList<Value>> ReadFields(ref ChangeReader reader)
    {
        // A field is a name of at least two bytes and a count.
        int count = reader.ReadCount("fields", Limits.FieldsMax, bytesEachMin: 3);
        var fields = new Dictionary<string, IReadOnlyList<Value>>(count);
        for (int i = 0; i < count; i++)
        {
            string name = reader.ReadNewName(fields.Keys);
            var values = new Value[reader.ReadCount("values of a field", Limits.ValuesPerItemMax, bytesEachMin: 2)];
            for (int place = 0; place < values.Length; place++)
            {
                values[place] = reader.ReadValue();
            }

            fields.Add(name, values);
        }

        return fields;
    }

    private static Dictionary<string, ReadOnlyMemory<float>> ReadEmbeddings(ref ChangeReader reader)
    {
        int count = reader.ReadCount("embeddings", Limits.EmbeddingsMax, bytesEachMin: 3);
        var embeddings = new Dictionary<string, ReadOnlyMemory<float>>(count);
        for (int i = 0; i < count; i++)
        {
            string name = reader.ReadNewName(embeddings.Keys);
            int dim = reader.ReadCount("numbers of an embedding", Limits.DimMax, sizeof(float));
            var embedding = new float[dim];
            ReadOnlySpan<byte> bytes = reader.ReadBytes(dim * sizeof(float), "an embedding");
            for (int place = 0; place < dim; place++)
            {
                // By bits: a detour over a float register may change those of a NaN.
                embedding[place] = BitConverter.Int32BitsToSingle(
                    BinaryPrimitives.ReadInt32LittleEndian(bytes[(place * sizeof(float))..]));
            }

            embeddings.Add(name, embedding);
        }

        return embeddings;
    }
}
