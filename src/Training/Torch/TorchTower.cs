using Linr.Layers;
using Linr.Training.Towers;
using static TorchSharp.torch;

namespace Linr.Training.Torch;

/// <summary>
/// Runs a tower's layers in Torch, with gradients: the other reading of the list that the engine runs.
/// </summary>
internal sealed class TorchTower(TowerSpec spec, double dropout)
{
    private readonly HashSet<string> _sequences = Sequences(spec);

    /// <summary>The layers.</summary>
    public TowerSpec Spec { get; } = spec;

    /// <summary>The tower's output.</summary>
    /// <param name="sources">
    /// Outputs of the source layers by name: [rows, width]; of a sequence a row for each item of a history, else of a
    /// query tower a row for each history.
    /// </param>
    /// <param name="layout">
    /// Where the items of the histories stand, and which of them each query sees; null without sequences.
    /// </param>
    /// <param name="parameters">The tensors that are not tables, by name.</param>
    /// <param name="training">Whether dropout is on.</param>
    public Tensor Forward(
        IReadOnlyDictionary<string, Tensor> sources,
        SequenceLayout? layout,
        IReadOnlyDictionary<string, Tensor> parameters,
        bool training)
    {
        Dictionary<string, Tensor> outputs = sources.ToDictionary(
            source => source.Key,
            source => layout is null || _sequences.Contains(source.Key)
                ? source.Value : layout.OfQueries(source.Value));
        foreach (LayerSpec layer in Spec.Layers.Where(layer => !outputs.ContainsKey(layer.Name)))
        {
            Tensor[] inputs = [.. layer.Inputs.Select(input => outputs[input])];
            Tensor output = Apply(layer, inputs, layout, parameters);
            outputs[layer.Name] = training && dropout > 0 && IsDropped(layer)
                ? nn.functional.dropout(output, dropout, true) : output;
        }

        return outputs[Spec.Layers[^1].Name];
    }

    private static bool IsDropped(LayerSpec layer)
        => layer.Kind is LayerKind.Relu or LayerKind.Gelu or LayerKind.Silu or LayerKind.Tanh
            || SequenceEncoder.IsBranch(layer);

    private static HashSet<string> Sequences(TowerSpec spec)
    {
        var names = new HashSet<string>();
        foreach (LayerSpec layer in spec.Layers)
        {
            bool isSequence = layer.Kind is LayerKind.HistoryEmbedding or LayerKind.HistoryIdEmbedding
                || (layer.Kind is not (LayerKind.AttentionPool or LayerKind.Latest)
                    && layer.Inputs.Length > 0 && names.Contains(layer.Inputs[0]));
            if (isSequence)
            {
                names.Add(layer.Name);
            }
        }

        return names;
    }

    private Tensor Apply(
        LayerSpec layer, Tensor[] inputs, SequenceLayout? layout, IReadOnlyDictionary<string, Tensor> parameters)
        => layer.Kind switch
        {
            LayerKind.Linear => nn.functional.linear(
                inputs[0],
                parameters[layer.Tensors["weight"]],
                layer.Tensors.TryGetValue("bias", out string? bias) ? parameters[bias] : null),
            LayerKind.Relu => nn.functional.relu(inputs[0]),
            LayerKind.Gelu => nn.functional.gelu(inputs[0]),
            LayerKind.Silu => nn.functional.silu(inputs[0]),
            LayerKind.Tanh => inputs[0].tanh(),
            LayerKind.LayerNorm => nn.functional.layer_norm(
                inputs[0],
                [inputs[0].shape[^1]],
                parameters[layer.Tensors["weight"]],
                parameters[layer.Tensors["bias"]],
                layer.Number("epsilon", LayerKind.DefaultEpsilon)),
            LayerKind.Concat => cat(inputs, 1),
            LayerKind.Add => inputs.Aggregate((left, right) => left.Plus(right)),
            LayerKind.Scale => inputs[0].Times(layer.Numbers["factor"]),
            LayerKind.L2Normalise => Normalise(inputs[0]),
            LayerKind.L2NormaliseParts => Normalise(
                inputs[0].view(inputs[0].shape[0] * (long)layer.Numbers["parts"], -1)).view(inputs[0].shape),
            LayerKind.ClosestCentroid => ClosestCentroid(inputs[0], parameters[layer.Tensors["weight"]]),
            LayerKind.OrElse => where(
                inputs[0].ne(zeros_like(inputs[0])).any(1, keepdim: true),
                inputs[0],
                parameters[layer.Tensors["weight"]].unsqueeze(0)),
            LayerKind.Position => Position(inputs[0], layout!, parameters[layer.Tensors["weight"]]),
            LayerKind.AttentionPool => TorchAttention.Pool(
                layer, inputs[0], layout!, parameters[layer.Tensors["query"]]),
            LayerKind.CausalAttention => TorchAttention.Causal(
                layer, inputs, _sequences.Contains(layer.Name), layout!,
                layer.Tensors.TryGetValue("bias", out string? distances) ? parameters[distances] : null),
            LayerKind.Latest => layout!.Latest(inputs[0]),
            _ => throw new LayerException($"Layer \"{layer.Name}\": unknown kind of layer \"{layer.Kind}\"."),
        };

    private static Tensor Normalise(Tensor input)
        => input / input.norm(1, keepdim: true, p: 2).AtLeast(Kernels.Layers.L2Normalise.LengthMin);

    // The choice has no gradient; the row that was chosen has.
    private static Tensor ClosestCentroid(Tensor input, Tensor centroids)
        => centroids.index_select(0, matmul(input.detach(), Normalise(centroids.detach()).t()).argmax(1));

    private static Tensor Position(Tensor input, SequenceLayout layout, Tensor places)
        => input.Plus(places.index_select(0, layout.Places.AtMost(places.shape[0] - 1)));
}
