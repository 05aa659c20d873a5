using System.Collections.Immutable;
using System.Text.Json;
using Linr.Layers;

namespace Linr.Rankers;

/// <summary>
/// The rankers of a model, as the metadata entry <c>linr.ranking</c> of its file lists them. A file never says more
/// than this version understands.
/// </summary>
/// <param name="Rankers">Them; none for most models.</param>
public sealed record RankerList(ImmutableArray<RankerSpec> Rankers)
{
    /// <summary>Names of all tensors that rankers use, each once.</summary>
    public IEnumerable<string> TensorNames() => Rankers
        .SelectMany(one => one.Tensors.Values.Concat(new LayerList([one.Query, one.Item, one.OverArch]).TensorNames()))
        .Distinct();

    /// <summary>Reads and checks a list.</summary>
    /// <exception cref="LayerException">The text is not a list that this version understands.</exception>
    public static RankerList Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            ImmutableArray<RankerSpec> found = JsonSerializer.Deserialize(json, RankerJson.Default.ImmutableArrayRankerSpec);
            var list = new RankerList(found.IsDefault ? [] : found);
            list.Check();
            return list;
        }
        catch (JsonException error)
        {
            throw new LayerException($"Expected a list of rankers in JSON; {error.Message}", error);
        }
    }

    /// <summary>The list as JSON; <see cref="Parse"/> reads it back.</summary>
    public string ToJson() => JsonSerializer.Serialize(Rankers, RankerJson.Default.ImmutableArrayRankerSpec);

    /// <summary>Checks every ranker.</summary>
    /// <exception cref="LayerException">Something does not fit or is unknown; all problems are named.</exception>
    public void Check()
    {
        var problems = new List<string>();
        foreach (RankerSpec one in Rankers)
        {
            RankerCheck.Ranker(one, problems);
        }

        problems.AddRange(Rankers.GroupBy(one => one.Name).Where(group => group.Count() > 1)
            .Select(group => $"Two rankers are named \"{group.Key}\"."));
        if (problems.Count > 0)
        {
            throw new LayerException(string.Join(Environment.NewLine, problems));
        }
    }
}
