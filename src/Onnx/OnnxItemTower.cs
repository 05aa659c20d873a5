using Linr.Layers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Linr.Onnx;

/// <summary>
/// An item tower as an ONNX file: ids, fields and other embeddings of items to their embedding. Its inputs are named
/// <c>id</c>, or as a field or an embedding of the schema, and have a dynamic batch dimension.
/// </summary>
public sealed class OnnxItemTower : IDisposable
{
    /// <summary>Items of a batch.</summary>
    public const int BatchItems = 1_024;

    private readonly OnnxModel _model;
    private readonly IdKind _idKind;
    private readonly Func<OnnxInput, IReadOnlyList<Item>, OrtValue>[] _readers;

    /// <summary>Opens a tower.</summary>
    /// <param name="bytes">The bytes of the ONNX file.</param>
    /// <param name="embedding">The embedding that it makes.</param>
    /// <param name="schema">What the items look like.</param>
    /// <exception cref="LayerException">The file is no ONNX file, or has no output of rows of floats.</exception>
    /// <exception cref="ArgumentException">An input is named or typed unlike anything of the schema.</exception>
    public OnnxItemTower(byte[] bytes, string embedding, Schema schema)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(schema);
        Embedding = embedding;
        _idKind = schema.IdKind;
        _model = new OnnxModel($"ONNX item tower of \"{embedding}\"", bytes, threads: 0);
        try
        {
            if (schema.FindEmbedding(embedding) is { } known && known.Dim != Dim)
            {
                throw new ArgumentException($"{_model.Name}: expected an output of {known.Dim} floats; found {Dim}.");
            }

            _readers = [.. _model.Inputs.Select(input => Reader(input, schema))];
        }
        catch
        {
            _model.Dispose();
            throw;
        }
    }

    /// <summary>The embedding that it makes.</summary>
    public string Embedding { get; }

    /// <summary>Its width, D.</summary>
    public int Dim => _model.Dim;

    /// <summary>Embeds items, in batches.</summary>
    /// <param name="items">The items.</param>
    /// <param name="embeddings">[items, D], to fill.</param>
    /// <exception cref="ArgumentException">
    /// A value is of a type that an input cannot take, or there is less room.
    /// </exception>
    /// <exception cref="LayerException">The file failed on these items.</exception>
    public void Embed(IReadOnlyList<Item> items, Span<float> embeddings)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (embeddings.Length < items.Count * Dim)
        {
            throw new ArgumentException(
                $"Expected room for {items.Count} x {Dim} floats; found {embeddings.Length}.", nameof(embeddings));
        }

        int first = 0;
        foreach (Item[] batch in items.Chunk(BatchItems))
        {
            OrtValue[] inputs = [.. _model.Inputs.Zip(_readers, (input, read) => read(input, batch))];
            _model.Run(inputs, batch.Length, embeddings.Slice(first * Dim, batch.Length * Dim));
            first += batch.Length;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private Func<OnnxInput, IReadOnlyList<Item>, OrtValue> Reader(OnnxInput input, Schema schema)
    {
        if (input.Name == "id")
        {
            return (own, items) => FieldTensors.OfIds(
                own, _idKind, [.. items.Select(item => (ItemId?)item.Id)], own.ShapeOf(items.Count));
        }

        if (schema.FindEmbedding(input.Name) is { } embedding)
        {
            return input is { Type: TensorElementType.Float, Shape: [_, int dim] } && (dim == embedding.Dim || dim < 0)
                ? (own, items) => Embeddings(own, items, embedding.Dim)
                : throw input.Wrong($"Float [B, {embedding.Dim}]", $"{input.Type} {input.ShapeText}");
        }

        if (schema.FindField(input.Name) is null)
        {
            IEnumerable<string> known =
                [
                    "id", .. schema.Fields.Select(field => field.Name), .. schema.Embeddings.Select(one => one.Name),
                ];
            throw input.Wrong($"one of {string.Join(", ", known)} as its name", input.Name);
        }

        _ = input.ValuesPerRow;
        return (own, items) => FieldTensors.OfValues(
            own, [.. items.Select(item => item.Fields.GetValueOrDefault(own.Name) ?? [])]);
    }

    private static OrtValue Embeddings(OnnxInput input, IReadOnlyList<Item> items, int dim)
    {
        var rows = new float[items.Count * dim];
        for (int item = 0; item < items.Count; item++)
        {
            if (items[item].Embeddings.TryGetValue(input.Name, out ReadOnlyMemory<float> given))
            {
                given.CopyTo(rows.AsMemory(item * dim));
            }
        }

        return input.FromFloats(rows, [items.Count, dim]);
    }
}
