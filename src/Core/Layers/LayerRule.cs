using System.Collections.Frozen;

namespace Linr.Layers;

/// <summary>What a layer of one kind must have.</summary>
/// <param name="InputsMin">Inputs at least.</param>
/// <param name="InputsMax">Inputs at most.</param>
/// <param name="ReadsField">Whether it names a field.</param>
/// <param name="Tensors">Tensors that it must have.</param>
/// <param name="OptionalTensors">Tensors that it may have.</param>
/// <param name="Numbers">Numbers that it must have.</param>
/// <param name="OptionalNumbers">Numbers that it may have.</param>
internal sealed record LayerRule(
    int InputsMin,
    int InputsMax,
    bool ReadsField,
    string[] Tensors,
    string[] OptionalTensors,
    string[] Numbers,
    string[] OptionalNumbers)
{
    /// <summary>The rules, by kind.</summary>
    public static FrozenDictionary<string, LayerRule> ByKind { get; } = new Dictionary<string, LayerRule>
    {
        [LayerKind.KeywordBag] = Source(["weight", "value_bytes", "value_starts"], []),
        [LayerKind.TextBag] = Source(["weight"], ["pairs"]),
        [LayerKind.Number] = Source([], ["log", "mean", "deviation"]),
        [LayerKind.IdEmbedding] = Keyed(),
        [LayerKind.HistoryEmbedding] = new(0, 0, false, [], [], ["length"], []),
        [LayerKind.HistoryIdEmbedding] = Keyed(),
        [LayerKind.Embedding] = new(0, 0, true, [], [], ["dim"], []),
        [LayerKind.Linear] = new(1, 1, false, ["weight"], ["bias"], [], []),
        [LayerKind.Relu] = Plain(1, 1),
        [LayerKind.Gelu] = Plain(1, 1),
        [LayerKind.Silu] = Plain(1, 1),
        [LayerKind.Tanh] = Plain(1, 1),
        [LayerKind.LayerNorm] = new(1, 1, false, ["weight", "bias"], [], [], ["epsilon"]),
        [LayerKind.Concat] = Plain(1, int.MaxValue),
        [LayerKind.Add] = Plain(1, int.MaxValue),
        [LayerKind.Scale] = new(1, 1, false, [], [], ["factor"], []),
        [LayerKind.L2Normalise] = Plain(1, 1),
        [LayerKind.L2NormaliseParts] = new(1, 1, false, [], [], ["parts"], []),
        [LayerKind.ClosestCentroid] = new(1, 1, false, ["weight"], [], [], []),
        [LayerKind.OrElse] = new(1, 1, false, ["weight"], [], [], []),
        [LayerKind.Position] = new(1, 1, false, ["weight"], [], [], []),
        [LayerKind.AttentionPool] = new(1, 1, false, ["query"], [], [], []),
        [LayerKind.CausalAttention] = new(3, 3, false, [], ["bias"], ["heads"], []),
        [LayerKind.Latest] = Plain(1, 1),
    }.ToFrozenDictionary();

    private static LayerRule Source(string[] tensors, string[] optionalNumbers)
        => new(0, 0, true, tensors, [], [], optionalNumbers);

    private static LayerRule Keyed() => new(0, 0, false, ["weight", "keys"], [], [], []);

    private static LayerRule Plain(int inputsMin, int inputsMax) => new(inputsMin, inputsMax, false, [], [], [], []);
}
