using System.Collections.Immutable;
using Linr.Layers;

namespace Linr.Tests.Core.Layers;

public sealed class LayerListTests
{
    [Fact]
    public void A_list_reads_back_as_it_was_written()
    {
        var list = new LayerList([new TowerSpec(TowerSpec.ItemTower, "default", 8, [Id(), Normalise("out", "id")])]);
        var read = LayerList.Parse(list.ToJson());
        Assert.Equal(list.ToJson(), read.ToJson());
        Assert.Equal(["w", "k"], read.TensorNames().Order().Reverse());
        Assert.NotNull(read.Find(TowerSpec.ItemTower, "default"));
        Assert.Null(read.Find(TowerSpec.QueryTower, "default"));
    }

    [Fact]
    public void A_model_without_towers_has_an_empty_list() => Assert.Empty(LayerList.Parse("[]").Towers);

    [Fact]
    public void An_unknown_kind_is_an_error_that_names_it()
    {
        string json = new LayerList([Tower(new LayerSpec("quantum_leap", "odd"))]).ToJson();
        LayerException error = Assert.Throws<LayerException>(() => LayerList.Parse(json));
        Assert.Contains("quantum_leap", error.Message, StringComparison.Ordinal);
        Assert.Contains("odd", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_named_at_once()
    {
        var list = new LayerList(
        [
            Tower(
                Id(), Normalise("out", "missing"), Id(), new LayerSpec(LayerKind.Scale, "scaled") { Inputs = ["out"] }),
        ]);
        string message = Assert.Throws<LayerException>(list.Check).Message;
        Assert.Contains("\"missing\" is no layer before it", message, StringComparison.Ordinal);
        Assert.Contains("two layers are named \"id\"", message, StringComparison.Ordinal);
        Assert.Contains("expected a number \"factor\"", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Attention_has_three_inputs_and_a_number_of_heads()
    {
        var list = new LayerList([Tower(Id(), new LayerSpec(LayerKind.CausalAttention, "attended") { Inputs = ["id", "id"] })]);
        string message = Assert.Throws<LayerException>(list.Check).Message;
        Assert.Contains("layer \"attended\": expected 3 inputs; found 2", message, StringComparison.Ordinal);
        Assert.Contains("expected a number \"heads\"", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[{\"name\":\"item\"}]")]
    [InlineData("[{\"name\":\"item\",\"embedding\":\"a\",\"dim\":1,\"layers\":[],\"more\":1}]")]
    [InlineData("[")]
    public void Text_that_is_no_list_is_refused(string json)
        => Assert.Throws<LayerException>(() => LayerList.Parse(json));

    private static TowerSpec Tower(params ImmutableArray<LayerSpec> layers)
        => new(TowerSpec.ItemTower, "default", 8, layers);

    private static LayerSpec Normalise(string name, string input)
        => new(LayerKind.L2Normalise, name) { Inputs = [input] };

    private static LayerSpec Id() => new(LayerKind.IdEmbedding, "id")
    {
        Tensors = ImmutableSortedDictionary<string, string>.Empty.Add("weight", "w").Add("keys", "k"),
    };
}
