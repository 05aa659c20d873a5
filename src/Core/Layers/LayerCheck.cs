using System.Collections.Immutable;

namespace Linr.Layers;

/// <summary>Holds a tower to the rules of its layers' kinds.</summary>
internal static class LayerCheck
{
    /// <summary>Adds a sentence to <paramref name="problems"/> for each thing that is wrong.</summary>
    public static void Tower(TowerSpec tower, List<string> problems)
    {
        if (tower.Name is not (TowerSpec.ItemTower or TowerSpec.QueryTower))
        {
            problems.Add($"Expected a tower named item or query; found \"{tower.Name}\".");
        }

        if (tower.Dim < 1 || tower.Dim > Limits.DimMax)
        {
            problems.Add($"Tower {tower.Name}: expected a dim of 1 to {Limits.DimMax}; found {tower.Dim}.");
        }

        Layers($"Tower {tower.Name}", tower.Layers, problems);
    }

    /// <summary>The same for a list of layers.</summary>
    /// <param name="list">What the list is called.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="problems">What is wrong, a sentence each.</param>
    public static void Layers(string list, ImmutableArray<LayerSpec> layers, List<string> problems)
    {
        if (layers.IsDefaultOrEmpty)
        {
            problems.Add($"{list}: expected layers; found none.");
            return;
        }

        var known = new HashSet<string>();
        foreach (LayerSpec layer in layers)
        {
            Layer(list, layer, known, problems);
            if (!known.Add(layer.Name))
            {
                problems.Add($"{list}: two layers are named \"{layer.Name}\".");
            }
        }
    }

    private static void Layer(string list, LayerSpec layer, HashSet<string> known, List<string> problems)
    {
        string where = $"{list}, layer \"{layer.Name}\"";
        if (!LayerRule.ByKind.TryGetValue(layer.Kind, out LayerRule? rule))
        {
            problems.Add($"{where}: unknown kind of layer \"{layer.Kind}\".");
            return;
        }

        if (layer.Inputs.Length < rule.InputsMin || layer.Inputs.Length > rule.InputsMax)
        {
            problems.Add($"{where}: expected {Range(rule)} inputs; found {layer.Inputs.Length}.");
        }

        problems.AddRange(layer.Inputs.Where(input => !known.Contains(input))
            .Select(input => $"{where}: its input \"{input}\" is no layer before it."));
        if (rule.ReadsField != layer.Field is not null)
        {
            problems.Add(
                $"{where}: {(rule.ReadsField ? "expected a field; found none" : "expected no field; found one")}.");
        }

        Names(where, "tensor", layer.Tensors.Keys, rule.Tensors, rule.OptionalTensors, problems);
        Names(where, "number", layer.Numbers.Keys, rule.Numbers, rule.OptionalNumbers, problems);
    }

    private static void Names(
        string where, string what, IEnumerable<string> found, string[] needed, string[] optional, List<string> problems)
    {
        problems.AddRange(needed.Except(found).Select(name => $"{where}: expected a {what} \"{name}\"; found none."));
        problems.AddRange(found.Except(needed).Except(optional).Select(name => $"{where}: unknown {what} \"{name}\"."));
    }

    private static string Range(LayerRule rule) => rule.InputsMax == int.MaxValue ? $"{rule.InputsMin} or more"
        : rule.InputsMin == rule.InputsMax ? $"{rule.InputsMin}"
        : $"{rule.InputsMin} to {rule.InputsMax}";
}
