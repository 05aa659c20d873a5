using System.Collections.Immutable;
using Linr.Engine.Towers;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Linr.Onnx;

/// <summary>
/// A query tower as an ONNX file. Inputs with these names, and a dynamic batch dimension B, get the history, oldest
/// item first and the latest last, after padding: <c>history</c> Float [B, L, D] the items' embeddings;
/// <c>history_mask</c> [B, L] 1 where there is an item; <c>history_ids</c> Int64 or String [B, L];
/// <c>history_length</c> [B]. Every other input is a feature of the query. Each query is run by itself, on one thread,
/// so that its embedding has the same bits in every batch.
/// </summary>
public sealed class OnnxQueryTower : CustomQueryTower
{
    /// <summary>Items of a history, L, where no input says how many.</summary>
    public const int UsualHistoryLength = 50;

    private static readonly string[] s_ofHistory = ["history", "history_mask", "history_ids"];

    private readonly OnnxModel _model;
    private readonly IdKind _idKind;

    private OnnxQueryTower(OnnxModel model, string embedding, int length, IdKind idKind)
        : base(embedding, model.Dim, length, [.. model.Inputs.Select(input => input.Name).Where(IsFeature)])
    {
        (_model, _idKind) = (model, idKind);
        foreach (OnnxInput input in model.Inputs)
        {
            Check(input);
        }
    }

    /// <summary>Opens a tower.</summary>
    /// <param name="bytes">The bytes of the ONNX file.</param>
    /// <param name="embedding">The embedding of the model that it gives queries for.</param>
    /// <param name="schema">The model's schema.</param>
    /// <exception cref="LayerException">The file is no ONNX file, or has no output of rows of floats.</exception>
    /// <exception cref="ArgumentException">An input or the output has a type or shape that does not fit.</exception>
    public static OnnxQueryTower Open(byte[] bytes, string embedding, Schema schema)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(schema);
        var model = new OnnxModel($"ONNX query tower of \"{embedding}\"", bytes, threads: 1);
        try
        {
            if (schema.FindEmbedding(embedding) is { } known && known.Dim != model.Dim)
            {
                throw new ArgumentException(
                    $"{model.Name}: expected an output of {known.Dim} floats; found {model.Dim}.");
            }

            int[] lengths =
            [
                .. model.Inputs.Where(input => s_ofHistory.Contains(input.Name) && input.Shape is [_, > 0, ..])
                    .Select(input => input.Shape[1]).Distinct(),
            ];
            return lengths.Length <= 1
                ? new OnnxQueryTower(model, embedding, lengths is [int one] ? one : UsualHistoryLength, schema.IdKind)
                : throw new ArgumentException(
                    $"{model.Name}: expected one length of the history in all inputs; "
                    + $"found {string.Join(", ", lengths)}.");
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The query tower that stands as an ONNX file in a model file (<see cref="OnnxTensors"/>), or null: what to give
    /// as <see cref="Engine.RetrieverOptions.QueryTower"/>.
    /// </summary>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static CustomQueryTower? Find(LoadedModel model)
        => OnnxTensors.Find(model, TowerSpec.QueryTower) is var (embedding, bytes)
            ? Open(bytes, embedding, model.Items.Schema)
            : null;

    /// <inheritdoc/>
    public override void Embed(IReadOnlyList<QueryInput> queries, Span<float> embeddings)
    {
        ArgumentNullException.ThrowIfNull(queries);
        for (int query = 0; query < queries.Count; query++)
        {
            QueryInput one = queries[query];
            _model.Run(
                [.. _model.Inputs.Select(input => Tensor(input, one))], 1, embeddings.Slice(query * Dim, Dim));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _model.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsFeature(string input) => !s_ofHistory.Contains(input) && input != "history_length";

    private void Check(OnnxInput input)
    {
        string? expected = input.Name switch
        {
            "history" when input is not { Type: TensorElementType.Float, Shape: [_, _, int dim] }
                || (dim >= 0 && dim != Dim) => $"Float [B, L, {Dim}]",
            "history_mask" or "history_ids" when input.Shape.Length != 2 => "[B, L]",
            "history_length" when input.Shape.Length != 1 => "[B]",
            _ => null,
        };
        if (expected is not null)
        {
            throw input.Wrong(expected, $"{input.Type} {input.ShapeText}");
        }

        if (IsFeature(input.Name))
        {
            _ = input.ValuesPerRow;
        }
    }

    private OrtValue Tensor(OnnxInput input, QueryInput query)
    {
        int count = query.History.Length;
        int padding = HistoryLength - count;
        switch (input.Name)
        {
            case "history":
                var rows = new float[HistoryLength * Dim];
                query.Embeddings.CopyTo(rows.AsMemory(padding * Dim));
                return input.FromFloats(rows, [1, HistoryLength, Dim]);
            case "history_mask":
                return input.FromIntegers(
                    [.. Enumerable.Range(0, HistoryLength).Select(place => place < padding ? 0L : 1)],
                    [1, HistoryLength]);
            case "history_ids":
                return FieldTensors.OfIds(
                    input,
                    _idKind,
                    [.. Enumerable.Repeat<ItemId?>(null, padding), .. query.History.Select(id => (ItemId?)id)],
                    [1, HistoryLength]);
            case "history_length":
                return input.FromIntegers([count], [1]);
            default:
                return FieldTensors.OfValues(input, [query.Features.GetValueOrDefault(input.Name) ?? []]);
        }
    }
}
