using Linr.Engine.Towers;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.Memory;
using Linr.ModelFile;
using Linr.Training.Data;
using Linr.Training.Torch;
using TorchSharp;

namespace Linr.Training;

/// <summary>
/// Takes weights over from an existing model. Rows of id embeddings are matched by the items' keys and rows of keyword
/// bags by the keywords; items and keywords that are new keep their first random rows, those that are gone are dropped.
/// </summary>
internal static class WarmStart
{
    /// <summary>The list of layers with the standardisation of numbers that the old weights were trained on.</summary>
    public static TowerSpec WithOldNumbers(TowerSpec tower, LoadedModel old)
    {
        TowerSpec? from = LayerList.Parse(old.LayersJson).Find(tower.Name, tower.Embedding);
        return tower with
        {
            Layers = [.. tower.Layers.Select(layer => layer.Kind == LayerKind.Number
                && from?.Layers.FirstOrDefault(one => one.Name == layer.Name && one.Kind == layer.Kind) is { } known
                    ? layer with { Numbers = known.Numbers } : layer)],
        };
    }

    /// <summary>Copies all weights of <paramref name="old"/> that the new model has a place for.</summary>
    /// <exception cref="ArgumentException">A tensor that both have differs in shape.</exception>
    public static void Copy(LoadedModel old, TwoTowerModel model, ItemCatalogue catalogue)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        foreach (LayerSpec layer in model.Layers.Towers.SelectMany(tower => tower.Layers))
        {
            foreach ((string _, string name) in layer.Tensors.Where(pair => pair.Key is "weight" or "bias" or "query"))
            {
                if (old.FindTensor(name) is not { Type: TensorType.Float32 } found)
                {
                    continue;
                }

                torch.Tensor value = model.Weights[name].Value;
                bool isKeyed =
                    layer.Kind is LayerKind.IdEmbedding or LayerKind.HistoryIdEmbedding or LayerKind.KeywordBag;
                ThrowIfNot(name, found.Shape.AsSpan()[(isKeyed ? 1 : 0)..], value.shape.AsSpan()[(isKeyed ? 1 : 0)..]);
                NativeSlice<float> data = old.Require<float>(name, found.Type, found.Shape.AsSpan());
                if (!isKeyed)
                {
                    TensorBytes.Read(data, value);
                    continue;
                }

                CopyRows(data, value, layer.Kind == LayerKind.KeywordBag
                    ? KeywordRows(old, layer, model.Vocabularies[name])
                    : KeyRows(old, layer, model, catalogue));
            }
        }
    }

    private static IEnumerable<(int To, int From)> KeyRows(
        LoadedModel old, LayerSpec layer, TwoTowerModel model, ItemCatalogue catalogue)
    {
        NativeSlice<long> keys = Vector<long>(old, layer, "keys", TensorType.Int64);
        var rows = new Dictionary<long, int>();
        for (int row = 0; row < keys.Length; row++)
        {
            rows[keys[row]] = row;
        }

        for (int row = 0; row < catalogue.Count; row++)
        {
            if (rows.TryGetValue(catalogue.Ids[row].Key, out int from))
            {
                model.HasId[row] = true;
                yield return (row, from);
            }
        }
    }

    private static IEnumerable<(int To, int From)> KeywordRows(LoadedModel old, LayerSpec layer, Vocabulary vocabulary)
    {
        var known = Vocabulary.Read(
            Vector<byte>(old, layer, "value_bytes", TensorType.UInt8).Span,
            Vector<long>(old, layer, "value_starts", TensorType.Int64).Span);
        for (int value = 0; value < vocabulary.Values.Count; value++)
        {
            int code = known.Find(vocabulary.Values[value]);
            if (code > 0)
            {
                yield return (value + 1, code);
            }
        }
    }

    private static NativeSlice<T> Vector<T>(LoadedModel old, LayerSpec layer, string role, TensorType type)
        where T : unmanaged
        => old.Require<T>(layer.Tensors[role], type, old.FindTensor(layer.Tensors[role])?.Count ?? 0);

    private static void CopyRows(NativeSlice<float> data, torch.Tensor table, IEnumerable<(int To, int From)> rows)
    {
        const int chunkRows = 65_536;
        int width = (int)table.shape[1];
        foreach ((int To, int From)[] part in rows.Chunk(chunkRows))
        {
            using DisposeScope scope = torch.NewDisposeScope();
            float[] values = new float[part.Length * width];
            for (int row = 0; row < part.Length; row++)
            {
                data.Slice((long)part[row].From * width, width).Span.CopyTo(values.AsSpan(row * width));
            }

            long[] to = Array.ConvertAll(part, row => (long)row.To);
            table.index_copy_(
                0, torch.tensor(to, device: table.device), torch.tensor(values, device: table.device).view(-1, width));
        }
    }

    private static void ThrowIfNot(string name, ReadOnlySpan<long> found, ReadOnlySpan<long> expected)
    {
        if (!found.SequenceEqual(expected))
        {
            throw new ArgumentException(
                $"The model to start from has tensor \"{name}\" with dims [{string.Join(", ", found.ToArray())}]; "
                + $"expected [{string.Join(", ", expected.ToArray())}]: train with the same widths.");
        }
    }
}
