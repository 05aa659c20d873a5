using System.Diagnostics;
using Linr.Kernels.Layers;
using Linr.Layers;

namespace Linr.Engine.Towers;

/// <content>The same layer for a device.</content>
internal sealed partial class LayerStep
{
    /// <summary>The layer as a device runs it.</summary>
    public CudaLayer ToCuda() => new(Op, Width, IsSequence)
    {
        Inputs = [.. _inputs.Select(input => input._place)],
        Weight = _weight,
        Bias = _bias,
        Number = _layer.Kind switch
        {
            LayerKind.LayerNorm => _layer.Number("epsilon", LayerKind.DefaultEpsilon),
            LayerKind.Scale => _layer.Number("factor", 1),
            LayerKind.CausalAttention => Heads,
            _ => 0,
        },
    };

    /// <summary>Gives a device the batch's rows of a source; nothing for another layer.</summary>
    public void Send(TowerBatch batch, LayerListRun run)
    {
        if (_layer.Kind == LayerKind.HistoryEmbedding)
        {
            run.SetValues(_place, batch.History);
        }
        else if (_layer.Kind is LayerKind.Number or LayerKind.Embedding)
        {
            run.SetValues(_place, batch.Sources[_layer.Name].Numbers);
        }
        else if (_inputs.Length == 0)
        {
            CodeBags bags = batch.Sources[_layer.Name].Bags;
            run.SetBags(_place, bags.Codes, bags.Starts);
        }
    }

    private LayerOp Op => _layer.Kind switch
    {
        LayerKind.Number or LayerKind.HistoryEmbedding or LayerKind.Embedding => LayerOp.Values,
        LayerKind.KeywordBag or LayerKind.TextBag or LayerKind.IdEmbedding or LayerKind.HistoryIdEmbedding => LayerOp.Bag,
        LayerKind.Linear => LayerOp.Linear,
        LayerKind.Relu => LayerOp.Relu,
        LayerKind.Gelu => LayerOp.Gelu,
        LayerKind.Silu => LayerOp.Silu,
        LayerKind.Tanh => LayerOp.Tanh,
        LayerKind.Scale => LayerOp.Scale,
        LayerKind.LayerNorm => LayerOp.LayerNorm,
        LayerKind.L2Normalise => LayerOp.L2Normalise,
        LayerKind.Concat => LayerOp.Concat,
        LayerKind.Add => LayerOp.Add,
        LayerKind.Position => LayerOp.Position,
        LayerKind.AttentionPool => LayerOp.AttentionPool,
        LayerKind.CausalAttention => LayerOp.CausalAttention,
        LayerKind.Latest => LayerOp.Latest,
        LayerKind.L2NormaliseParts or LayerKind.ClosestCentroid or LayerKind.OrElse => throw new LayerException(
            $"Layer \"{_layer.Name}\": layers of kind \"{_layer.Kind}\" are run by the processor."),
        _ => throw new UnreachableException($"No step for a layer of kind \"{_layer.Kind}\"."),
    };
}
