using System.Collections.Immutable;
using System.Text.Json;

namespace Linr.Layers;

/// <summary>
/// The learned similarities of a model, as the metadata entry <c>linr.similarities</c> of its file lists them. A file
/// never says more than this version understands: an unknown kind is an error that names it.
/// </summary>
/// <param name="Similarities">Them; none for most models.</param>
public sealed record SimilarityList(ImmutableArray<SimilaritySpec> Similarities)
{
    private static readonly Dictionary<string, (int Items, string[] Tensors, string[] Numbers)> s_rules = new()
    {
        [SimilarityKind.HadamardMlp] = (1, ["inner", "inner_bias", "outer", "outer_bias"], []),
        [SimilarityKind.MixtureOfLogits] = (
            2,
            ["cross_inner", "cross_inner_bias", "cross_outer", "cross_outer_bias"],
            ["query_components", "item_components", "dim", "temperature"]),
    };

    /// <summary>Names of all tensors that similarities and their heads use, each once.</summary>
    public IEnumerable<string> TensorNames() => Similarities
        .SelectMany(one => one.Tensors.Values.Concat(new LayerList([one.Query, .. one.Items]).TensorNames()))
        .Distinct();

    /// <summary>Reads and checks a list.</summary>
    /// <exception cref="LayerException">The text is not a list that this version understands.</exception>
    public static SimilarityList Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            ImmutableArray<SimilaritySpec> found =
                JsonSerializer.Deserialize(json, LayerJson.Default.ImmutableArraySimilaritySpec);
            var list = new SimilarityList(found.IsDefault ? [] : found);
            list.Check();
            return list;
        }
        catch (JsonException error)
        {
            throw new LayerException($"Expected a list of similarities in JSON; {error.Message}", error);
        }
    }

    /// <summary>The list as JSON; <see cref="Parse"/> reads it back.</summary>
    public string ToJson() => JsonSerializer.Serialize(Similarities, LayerJson.Default.ImmutableArraySimilaritySpec);

    /// <summary>Checks every similarity.</summary>
    /// <exception cref="LayerException">
    /// One is of an unknown kind or lacks something; all problems are named.
    /// </exception>
    public void Check()
    {
        var problems = new List<string>();
        foreach (SimilaritySpec one in Similarities)
        {
            Check(one, problems);
        }

        problems.AddRange(Similarities.GroupBy(one => one.Name).Where(group => group.Count() > 1)
            .Select(group => $"Two similarities are named \"{group.Key}\"."));
        if (problems.Count > 0)
        {
            throw new LayerException(string.Join(Environment.NewLine, problems));
        }
    }

    private static void Check(SimilaritySpec one, List<string> problems)
    {
        string where = $"Similarity \"{one.Name}\"";
        if (!s_rules.TryGetValue(one.Kind, out (int Items, string[] Tensors, string[] Numbers) rule))
        {
            problems.Add($"{where}: unknown kind of similarity \"{one.Kind}\".");
            return;
        }

        if (one.Items.IsDefault || one.Items.Length != rule.Items)
        {
            int found = one.Items.IsDefault ? 0 : one.Items.Length;
            problems.Add($"{where}: expected {rule.Items} heads of items; found {found}.");
            return;
        }

        foreach (TowerSpec head in one.Items.Prepend(one.Query))
        {
            LayerCheck.Tower(head, problems);
            ImmutableArray<LayerSpec> sources = SimilaritySpec.SourcesOf(head);
            if (sources.IsEmpty)
            {
                problems.Add($"{where}: expected heads whose sources are of kind \"{LayerKind.Embedding}\"; found others.");
            }

            problems.AddRange(sources.GroupBy(source => source.Field).Where(group => group.Count() > 1)
                .Select(group => $"{where}: expected a source for each embedding; \"{group.Key}\" has several."));
        }

        problems.AddRange(rule.Tensors.Except(one.Tensors.Keys)
            .Select(name => $"{where}: expected a tensor \"{name}\"; found none."));
        problems.AddRange(one.Tensors.Keys.Except(rule.Tensors).Select(name => $"{where}: unknown tensor \"{name}\"."));
        problems.AddRange(rule.Numbers.Except(one.Numbers.Keys)
            .Select(name => $"{where}: expected a number \"{name}\"; found none."));
        problems.AddRange(one.Numbers.Keys.Except(rule.Numbers).Select(name => $"{where}: unknown number \"{name}\"."));
    }
}
