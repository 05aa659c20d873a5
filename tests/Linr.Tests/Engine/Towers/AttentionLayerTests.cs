using System.Collections.Immutable;
using Linr.Engine.Towers;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.ModelFile;

namespace Linr.Tests.Engine.Towers;

/// <summary>Layers of attention that do not fit what they read are refused when the tower is loaded, by their names.</summary>
public sealed class AttentionLayerTests
{
    private const int Dim = 6;

    [Theory]
    [InlineData(3, "history", 3, null)]
    [InlineData(4, "history", 3, "expected keys and values of widths that its 4 heads divide; found 6 and 6.")]
    [InlineData(7, "history", 3, "expected heads of 1 to 6; found 7.")]
    [InlineData(0.5, "history", 3, "expected heads of 1 to 6; found 0.5.")]
    [InlineData(3, "history", 2, "expected bias of width 3; found 2.")]
    [InlineData(3, "latest", 3, "expected a sequence as its input; found a row a sample.")]
    public void Heads_widths_and_sequences_are_checked(double heads, string values, int biasRows, string? expected)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.linr");
        Write(path, heads, values, biasRows);
        using LoadedModel model = ModelReader.Open(path);
        TowerSpec spec = LayerList.Parse(model.LayersJson).Towers.Single();
        if (expected is null)
        {
            Tower.Load(model, spec).Dispose();
            return;
        }

        LayerException error = Assert.Throws<LayerException>(() => Tower.Load(model, spec));
        Assert.Equal($"Layer \"attended\": {expected}", error.Message);
    }

    private static void Write(string path, double heads, string values, int biasRows)
    {
        using var builder = new ItemTableBuilder(new Schema
        {
            IdKind = IdKind.Integer,
            Embeddings = [new EmbeddingSchema("default", Dim, Metric.Dot)],
        });
        using ItemTable items = builder.Build();
        var spec = new TowerSpec(TowerSpec.QueryTower, "default", Dim,
        [
            new LayerSpec(LayerKind.HistoryEmbedding, "history") { Numbers = Number("length", 5) },
            new LayerSpec(LayerKind.Latest, "latest") { Inputs = ["history"] },
            new LayerSpec(LayerKind.CausalAttention, "attended")
            {
                Inputs = ["latest", "history", values],
                Numbers = Number("heads", heads),
                Tensors = ImmutableSortedDictionary<string, string>.Empty.Add("bias", "bias"),
            },
        ]);
        ModelWriter.Write(path, new ModelContents
        {
            Items = items,
            LayersJson = new LayerList([spec]).ToJson(),
            Tensors = [TensorSource.Of("bias", TensorType.Float32, [biasRows, 2], new float[biasRows * 2])],
        });
    }

    private static ImmutableSortedDictionary<string, double> Number(string name, double value)
        => ImmutableSortedDictionary<string, double>.Empty.Add(name, value);
}
